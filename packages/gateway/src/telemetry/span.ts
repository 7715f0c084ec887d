/** A value that is undefined is left out. */
type AttributeValue = string | number | boolean | readonly string[] | undefined

export type Attribute = readonly [name: string, value: AttributeValue]

/** A finished span. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  readonly name: string
  readonly kind: 'Internal' | 'Server' | 'Client'
  /** Unix milliseconds, with fractions. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: readonly Attribute[]
  /** Why it failed; undefined if it did not. */
  readonly error: string | undefined
}

/** Numbers of OTLP's SpanKind and StatusCode. */
const kinds = { Internal: 1, Server: 2, Client: 3 } as const
const statusError = 2
/** OTLP's flags: the trace's sampled flag; whether the parent is remote is known, and is. */
const sampled = 0x01
const remoteIsKnown = 0x100
const remote = 0x200

const plainText = /^[ !#-[\]-~]*$/

/** The span as JSON of OTLP. Written piece by piece: this is done for every recorded call. */
export function spanJson(span: Span): string {
  const { traceId, spanId, parentSpanId, traceState, name, kind, attributes, error } = span
  const isRemote = kind === 'Server' && parentSpanId !== undefined
  const flags = sampled | remoteIsKnown | (isRemote ? remote : 0)
  const parent = parentSpanId === undefined ? '' : `"parentSpanId":"${parentSpanId}",`
  const state = traceState === undefined ? '' : `"traceState":${JSON.stringify(traceState)},`
  const status =
    error === undefined
      ? ''
      : `,"status":{"code":${statusError},"message":${JSON.stringify(error)}}`
  return (
    `{"traceId":"${traceId}","spanId":"${spanId}",${parent}${state}"flags":${flags},` +
    `"name":${quoted(name)},"kind":${kinds[kind]},` +
    `"startTimeUnixNano":"${unixNano(span.startMs)}","endTimeUnixNano":"${unixNano(span.endMs)}",` +
    `"attributes":${attributesJson(attributes)}${status}}`
  )
}

/** Attributes as JSON of OTLP, without those that have no value. */
export function attributesJson(attributes: readonly Attribute[]): string {
  let json = ''
  for (const [name, value] of attributes) {
    if (value === undefined) continue
    json += `${json === '' ? '' : ','}{"key":"${name}","value":${valueJson(value)}}`
  }
  return `[${json}]`
}

function valueJson(value: Exclude<AttributeValue, undefined>): string {
  switch (typeof value) {
    case 'string':
      return `{"stringValue":${quoted(value)}}`
    case 'boolean':
      return `{"boolValue":${value}}`
    case 'number':
      // Integers have 64 bits, which JSON of protobuf writes as a text.
      return Number.isInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`
    default:
      return `{"arrayValue":{"values":[${value.map(valueJson).join(',')}]}}`
  }
}

/** JSON of a text. Most need no escape, and to see that is faster than to look for one. */
function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** Nanoseconds have more digits than a number can hold. */
function unixNano(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  const nanoseconds = Math.floor((milliseconds - whole) * 1e6)
  return `${whole}${String(nanoseconds).padStart(6, '0')}`
}
