import { flag, integer, object } from './schema/fields.ts'
import { duration } from './schema/formats.ts'

/** `LLMGateway.spec.audit`. */
export const audit = object(
  'What is kept of refused calls and of changes of the configuration. `fairlead up`, and `fairlead gateway` with --manifests and a data directory, keep it in files there, which `fairlead audit` reads; with a cluster it is part of the log, whose keeper decides how long.',
  {
    enabled: flag('Whether anything is kept. Defaults to true.', { default: true }),
    retention: duration('How long files are kept. Defaults to 720h.', { default: '720h' }),
    maxBytes: integer(
      'Maximum size of all files together, in bytes: half for refusals, half for changes. The oldest are dropped first. Defaults to 64 MiB.',
      { min: 1_048_576, max: 68_719_476_736, default: 67_108_864 },
    ),
  },
  { default: {} },
)
