"""What PyTorch and Keras call the pieces of a loss."""

from typing import Literal

from vae_core.translator.terms import How, Kind, Size

MODULES = {  # before the dot of a function; before any other dot stands a tensor
    "torch", "nn", "F", "functional", "tf", "tensorflow", "K", "backend", "keras", "ops", "np", "numpy", "math", "jnp",
}  # fmt: skip
KERAS_MODULES = {"tf", "tensorflow", "K", "keras", "ops"}
BACKENDS = {"K", "backend", "ops"}  # whose losses leave every pixel's error as it is

TORCH_LOSSES: dict[str, Kind] = {  # every pixel's error, and a reduction by argument
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce",
    "mse_loss": "sse",
    "l1_loss": "l1",
    "sigmoid_cross_entropy_with_logits": "bce",  # TensorFlow's, an error of every pixel
}
TORCH_CRITERIA: dict[str, Kind] = {"BCELoss": "bce", "BCEWithLogitsLoss": "bce", "MSELoss": "sse", "L1Loss": "l1"}
KERAS_LOSSES: dict[str, Kind] = {  # averaged over the last axis, unless they are the backend's
    "binary_crossentropy": "bce",
    "mean_squared_error": "sse",
    "mse": "sse",
    "mean_absolute_error": "l1",
    "mae": "l1",
}
KERAS_CRITERIA: dict[str, Kind] = {
    "BinaryCrossentropy": "bce",
    "MeanSquaredError": "sse",
    "MeanAbsoluteError": "l1",
}
LOSSES = TORCH_LOSSES | TORCH_CRITERIA | KERAS_LOSSES | KERAS_CRITERIA
LOSS_REDUCTIONS = {"sum": "sum", "mean": "mean", "none": "none", "sum_over_batch_size": "mean", "auto": "mean"}

REDUCTIONS: dict[str, How] = {"sum": "sum", "reduce_sum": "sum", "mean": "mean", "reduce_mean": "mean"}
Operator = Literal["+", "-", "*", "/"]
OPERATORS: dict[str, Operator] = {
    "add": "+", "subtract": "-", "sub": "-", "multiply": "*", "mul": "*", "divide": "/", "div": "/",
}  # fmt: skip
SHAPED = ("view", "reshape", "flatten", "batch_flatten")
UNCHANGED = ("float", "to", "cast", "contiguous", "tensor")
SILENT = ("print", "zero_grad", "step")  # calls that compute no loss
SIZES = ("size", "shape", "int_shape")  # whose first entry is the batch's

ARGUMENTS = {  # one name for what the libraries call differently
    "input": "a", "y_true": "a", "x": "a",
    "labels": "a", "logits": "b", "output": "b", "target": "b", "y_pred": "b", "other": "b", "exponent": "b",
    "dim": "axis", "keepdim": "keepdims",
}  # fmt: skip
READ_AS = {  # sizes that people name alike
    "batch_size": Size.BATCH,
    "original_dim": Size.PIXELS,
    "input_dim": Size.PIXELS,
    "latent_dim": Size.LATENT,
    "z_dim": Size.LATENT,
}
SIZE_NAMES = {
    Size.BATCH: "M, the images in a minibatch",
    Size.PIXELS: "D, the pixels of an image",
    Size.LATENT: "Z, the latent dimensions",
}
