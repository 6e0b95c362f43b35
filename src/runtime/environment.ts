/** Imported before everything else: onnxruntime reads this when it starts, and nothing may leave the machine. */
process.env.ORT_DISABLE_TELEMETRY = '1';
