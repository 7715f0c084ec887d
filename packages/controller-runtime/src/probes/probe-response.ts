/** Throws when unhealthy. Called for every probe: it must be fast and do no I/O. */
export type HealthCheck = () => void

export type HealthChecks = ReadonlyMap<string, HealthCheck>

/** The checks behind /healthz (is the process alive) and /readyz (may it receive traffic). */
export interface ProbeChecks {
  readonly healthz: HealthChecks
  readonly readyz: HealthChecks
}

export interface ProbeResponse {
  readonly status: number
  /** Plain text. */
  readonly body: string
}

const notFound: ProbeResponse = { status: 404, body: '404 page not found\n' }
const pingOnly: HealthChecks = new Map([['ping', () => {}]])

/**
 * Answers a probe as controller-runtime does: `/healthz` and `/readyz` run all checks,
 * `/readyz/<check>` runs one, `?verbose` lists them, `?exclude=<check>` leaves one out. Why a check
 * failed is shown only when that check alone is requested.
 */
export function probeResponse(
  path: string,
  query: URLSearchParams,
  checks: ProbeChecks,
): ProbeResponse {
  const [, probe, name, ...rest] = path.replace(/\/+$/, '').split('/')
  if ((probe !== 'healthz' && probe !== 'readyz') || rest.length > 0) return notFound
  const configured = checks[probe]
  const asked = configured.size === 0 ? pingOnly : configured
  return name === undefined ? allChecks(asked, query) : oneCheck(asked.get(name))
}

function oneCheck(check: HealthCheck | undefined): ProbeResponse {
  if (check === undefined) return notFound
  const error = failureOf(check)
  return error === undefined
    ? { status: 200, body: 'ok' }
    : { status: 500, body: `internal server error: ${error}\n` }
}

function allChecks(checks: HealthChecks, query: URLSearchParams): ProbeResponse {
  const excluded = new Set(query.getAll('exclude').filter((name) => name !== ''))
  const lines: string[] = []
  let failed = false
  for (const [name, check] of [...checks].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (excluded.delete(name)) {
      lines.push(`[+]${name} excluded: ok`)
    } else if (failureOf(check) === undefined) {
      lines.push(`[+]${name} ok`)
    } else {
      failed = true
      lines.push(`[-]${name} failed: reason withheld`)
    }
  }
  if (!failed && !query.has('verbose')) return { status: 200, body: 'ok' }
  if (excluded.size > 0) {
    const unknown = [...excluded].map((name) => JSON.stringify(name)).join(', ')
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown}`)
  }
  lines.push(failed ? 'healthz check failed' : 'healthz check passed')
  return { status: failed ? 500 : 200, body: lines.join('\n') + '\n' }
}

function failureOf(check: HealthCheck): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
