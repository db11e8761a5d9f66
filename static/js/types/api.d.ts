// What the API answers. Made from its OpenAPI document: `python -m docs.api_types` writes this file.

/** The JSON that each operation answers with. */
export interface Answers {
  "GET /api/health": { [key: string]: string };
  "GET /api/config": { [key: string]: unknown };
  "POST /api/runs": { [key: string]: unknown };
  "GET /api/runs": { [key: string]: unknown };
  "GET /api/runs/{run_id}": { [key: string]: unknown };
  "PATCH /api/runs/{run_id}": { [key: string]: unknown };
  "DELETE /api/runs/{run_id}": { [key: string]: unknown };
  "POST /api/runs/{run_id}/restore": { [key: string]: unknown };
  "GET /api/runs/{run_id}/steps": { [key: string]: unknown };
  "GET /api/runs/{run_id}/vitals": { [key: string]: unknown };
  "GET /api/runs/{run_id}/evaluations": { [key: string]: unknown };
  "GET /api/runs/{run_id}/report": { [key: string]: unknown };
  "GET /api/runs/{run_id}/xray": { [key: string]: unknown };
  "GET /api/runs/{run_id}/pictures": { [key: string]: unknown };
  "GET /api/compare": { [key: string]: unknown };
  "GET /api/runs/{run_id}/checkpoints": { [key: string]: unknown };
  "POST /api/preflight": { [key: string]: unknown };
  "GET /api/runs/{run_id}/diagnosis": { [key: string]: unknown };
  "POST /api/runs/{run_id}/extend": { [key: string]: unknown };
  "POST /api/runs/{run_id}/clone": { [key: string]: unknown };
  "POST /api/runs/{run_id}/fork": { [key: string]: unknown };
  "POST /api/runs/{run_id}/{action}": { [key: string]: unknown };
  "POST /api/translate": { [key: string]: unknown };
}
