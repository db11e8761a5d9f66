"""A run that ended because its loss was no finite number. Pure."""

from app.diagnosis.course import Course, Evidence, Finding

SHOWN = 60  # of the last finite losses


def divergence(course: Course) -> list[Finding] | None:
    """One finding of a run that diverged; None of another before its first evaluation."""
    columns, diverged = course.training, course.status == "diverged"
    if not course.seen and not diverged:
        return None
    rows = zip(columns["reconstruction"], columns["kl"], strict=True)
    terms = [{"reconstruction": reconstruction, "kl": kl} for reconstruction, kl in rows]
    losses = tuple(course.objective(one) for one in terms if course.is_finite(one))
    if not diverged or not losses:
        return []
    evidence = Evidence("The last finite losses in training, nats/image", losses[-SHOWN:], losses[0], "the first one")
    message = "Its loss stopped being a finite number, so its steps were too long: lower the learning rate."
    return [Finding("divergence", "The loss diverged", message, evidence, course.slower)]
