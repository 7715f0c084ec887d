import type { LLMGateway } from '@fairlead/api'
import type { TelemetrySettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

type Otlp = NonNullable<TelemetrySettings['traces']['otlp']>

/** Set by whoever sends the spans, not by the configuration. */
const reservedHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** `spec.telemetry`. An endpoint that cannot be used is left out, and the environment's is used. */
export function compileTelemetry({ spec }: LLMGateway, findings: Findings): TelemetrySettings {
  const { semconv, traces } = spec.telemetry
  const { samplePercent, content } = traces
  return { semconv, traces: { otlp: compileOtlp(traces.otlp, findings), samplePercent, content } }
}

function compileOtlp(
  otlp: LLMGateway['spec']['telemetry']['traces']['otlp'],
  findings: Findings,
): Otlp | undefined {
  if (otlp === undefined) return undefined
  const path = 'spec.telemetry.traces.otlp'
  const endpoint = checkedEndpoint(otlp.endpoint, `${path}.endpoint`, findings)
  const headers = otlp.headers.flatMap(({ name, secretRef }, index) => {
    if (reservedHeaders.has(name.toLowerCase())) {
      findings.reject(`${path}.headers[${index}].name: ${name} cannot be set`)
      return []
    }
    const secret = findings.secret(secretRef, `${path}.headers[${index}].secretRef`)
    return secret === undefined ? [] : [{ name: name.toLowerCase(), secret }]
  })
  const isUsable = endpoint !== undefined && headers.length === otlp.headers.length
  return isUsable ? { endpoint, headers } : undefined
}

function checkedEndpoint(text: string, path: string, findings: Findings): string | undefined {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    findings.reject(`${path}: not an absolute http or https URL`)
    return undefined
  }
  if (url.username || url.password) {
    findings.reject(`${path}: must not contain a user or password; use headers`)
    return undefined
  }
  if (url.search || url.hash) {
    findings.reject(`${path}: must not have a query or a fragment`)
    return undefined
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}
