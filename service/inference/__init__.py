"""Model packages, the folder they live in, ONNX sessions, and the cascade that chains them."""
