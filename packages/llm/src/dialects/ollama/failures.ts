import type { FailureRow } from '../../errors/failure-table.ts'

const server = "Ollama's server/routes.go"

/** What errors of an Ollama server mean, which have nothing but a status and words. */
export const failures: readonly FailureRow[] = [
  {
    statuses: [400, 404],
    words: /model .*not found|try pulling it first/i,
    failure: 'ModelUnavailable',
    source: server,
  },
  { statuses: [503], words: /server busy|maximum pending/i, failure: 'Overloaded', source: server },
  {
    words: /does not support (?:tools|thinking|chat|generate|completion|vision|insert)/i,
    failure: 'InvalidRequest',
    source: server,
  },
]
