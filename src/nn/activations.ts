import { add, gelu, mul, relu, sigmoid, tanh } from '../graph/build';
import type { Value } from '../graph/ops';

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), the approximation of Hendrycks and Gimpel (2016). */
const geluByTanh = (x: Value): Value => {
  const inner = mul(x, add(mul(mul(x, x), 0.044715 * Math.sqrt(2 / Math.PI)), Math.sqrt(2 / Math.PI)));
  return mul(x, add(mul(tanh(inner), 0.5), 0.5));
};

const silu = (x: Value): Value => mul(x, sigmoid(x));

/** By the names that a Hugging Face `config.json` has for them (ACT2FN of transformers); several may mean one formula. */
export const activations: Readonly<Record<string, (x: Value) => Value>> = {
  gelu,
  gelu_python: gelu,
  gelu_new: geluByTanh,
  gelu_fast: geluByTanh,
  gelu_accurate: geluByTanh,
  gelu_pytorch_tanh: geluByTanh,
  gelu_python_tanh: geluByTanh,
  quick_gelu: (x) => mul(x, sigmoid(mul(x, 1.702))),
  relu,
  silu,
  swish: silu,
  tanh,
};
