import type { Logger } from '@fairlead/base'
import type { Sampling, TelemetryEnvironment } from '@fairlead/gateway'

type Environment = Readonly<Record<string, string | undefined>>

interface ReadEnvironment {
  readonly telemetry: TelemetryEnvironment
  /** What is wrong with a variable, which is then ignored. Holds no value, which may be a secret. */
  readonly problems: readonly string[]
}

/** Which traces are recorded, by the name of the sampler; the share is its argument where it has one. */
const samplers: Readonly<Record<string, (ratio: number) => Sampling>> = {
  always_on: () => ({ isParentBased: false, ratio: 1 }),
  always_off: () => ({ isParentBased: false, ratio: 0 }),
  traceidratio: (ratio) => ({ isParentBased: false, ratio }),
  parentbased_always_on: () => ({ isParentBased: true, ratio: 1 }),
  parentbased_always_off: () => ({ isParentBased: true, ratio: 0 }),
  parentbased_traceidratio: (ratio) => ({ isParentBased: true, ratio }),
}
const defaultSampler = 'parentbased_always_on'

/**
 * Reads the standard variables of OpenTelemetry: `OTEL_SDK_DISABLED`,
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, `_TRACES_ENDPOINT`, `_HEADERS`, `_TRACES_HEADERS`,
 * `_PROTOCOL`, `_TRACES_PROTOCOL`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
 * `OTEL_TRACES_EXPORTER`, `OTEL_TRACES_SAMPLER` and `_ARG`. An empty one counts as missing.
 */
export function readTelemetryEnvironment(
  environment: Environment,
  version: string,
): ReadEnvironment {
  const problems: string[] = []
  const get = (name: string) => {
    const value = environment[name]?.trim()
    return value === '' ? undefined : value
  }
  const pairs = (name: string) => readPairs(get(name) ?? '', name, problems)
  const tracesURL = readTracesURL(get, problems)
  const protocol = get('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? get('OTEL_EXPORTER_OTLP_PROTOCOL')
  if (tracesURL !== undefined && protocol !== undefined && protocol !== 'http/json') {
    problems.push('OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent as http/json, whatever it says')
  }
  const headers = {
    ...pairs('OTEL_EXPORTER_OTLP_HEADERS'),
    ...pairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
  }
  const serviceName = get('OTEL_SERVICE_NAME')
  return {
    telemetry: {
      isDisabled: get('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
      tracesURL: get('OTEL_TRACES_EXPORTER') === 'none' ? undefined : tracesURL,
      headers: Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      resource: {
        'service.name': 'fairlead',
        'service.version': version,
        ...pairs('OTEL_RESOURCE_ATTRIBUTES'),
        ...(serviceName === undefined ? {} : { 'service.name': serviceName }),
      },
      sampling: readSampling(get, problems),
    },
    problems,
  }
}

/** Warns of variables that are ignored, once for all processes of the gateway. */
export function warnOfTelemetryVariables(environment: Environment, logger: Logger): void {
  for (const problem of readTelemetryEnvironment(environment, '').problems) {
    logger.warn({ problem }, 'a variable about traces is ignored')
  }
}

type Get = (name: string) => string | undefined

function readTracesURL(get: Get, problems: string[]): string | undefined {
  const own = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  const common = 'OTEL_EXPORTER_OTLP_ENDPOINT'
  const name = get(own) === undefined ? common : own
  const text = get(name)
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    problems.push(`${name}: not an absolute http or https URL`)
    return undefined
  }
  if (url.username || url.password) {
    problems.push(`${name}: must not contain a user or password; use OTEL_EXPORTER_OTLP_HEADERS`)
    return undefined
  }
  // The signal's own variable is used as it is; the common one is a base.
  if (name === own) return url.href
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/v1/traces`
}

/** `name=value,name=value`, percent-encoded. */
function readPairs(text: string, name: string, problems: string[]): Record<string, string> {
  const pairs: [string, string][] = []
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const mark = part.indexOf('=')
    const key = part.slice(0, Math.max(0, mark)).trim()
    const value = decoded(part.slice(mark + 1).trim())
    if (!/^[A-Za-z0-9!#$%&'*+.^_|~/-]+$/.test(key) || value === undefined) {
      problems.push(`${name}: must be name=value pairs, percent-encoded and separated by commas`)
      continue
    }
    pairs.push([key, value])
  }
  return Object.fromEntries(pairs)
}

/** Undefined for what is not percent-encoded text, or holds control characters. */
function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text)
    return /\p{Cc}/u.test(value) ? undefined : value
  } catch {
    return undefined
  }
}

function readSampling(get: Get, problems: string[]): Sampling {
  const name = get('OTEL_TRACES_SAMPLER') ?? defaultSampler
  const sampler = Object.hasOwn(samplers, name) ? samplers[name] : undefined
  if (sampler === undefined) {
    problems.push(`OTEL_TRACES_SAMPLER: not one of ${Object.keys(samplers).join(', ')}`)
    return { isParentBased: true, ratio: 1 }
  }
  const ratio = Number(get('OTEL_TRACES_SAMPLER_ARG') ?? 1)
  if (ratio >= 0 && ratio <= 1) return sampler(ratio)
  problems.push('OTEL_TRACES_SAMPLER_ARG: not a number from 0 to 1')
  return sampler(1)
}
