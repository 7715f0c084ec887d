/** Where a call stands in a trace that its caller has begun. */
export interface TraceContext {
  /** 32 hexadecimal digits in lower case. */
  readonly traceId: string
  /** The caller's span: 16 hexadecimal digits in lower case. */
  readonly parentSpanId: string
  /** Whether the caller records its span. */
  readonly isSampled: boolean
  /** What tracing systems have added, unread; undefined for none. */
  readonly traceState: string | undefined
}

const knownVersionLength = 55
const parentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const sampledFlag = 1

/** The longest `tracestate` that is passed on, and the most members. */
const traceStateLengthMax = 512
const traceStateMembersMax = 32
const memberForm =
  /^[a-z0-9][-_*/@a-z0-9]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * Reads W3C Trace Context. Undefined for a `traceparent` that is missing or not valid: a new trace
 * begins. A `tracestate` that is not valid is dropped.
 */
export function readTraceContext(
  parent: string | undefined,
  state: string | undefined,
): TraceContext | undefined {
  if (parent === undefined) return undefined
  const [, version, traceId = '', parentSpanId = '', flags = '', more] =
    parentForm.exec(parent) ?? []
  // A later version may say more after the fields of this one.
  const isVersion = version === '00' ? parent.length === knownVersionLength : version !== 'ff'
  if (version === undefined || !isVersion || isZero(traceId) || isZero(parentSpanId)) {
    return undefined
  }
  if (more !== undefined && parent.length > traceStateLengthMax) return undefined
  return {
    traceId,
    parentSpanId,
    isSampled: (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag,
    traceState: validTraceState(state),
  }
}

/** The header of a request that is made in the span. */
export function traceParent(traceId: string, spanId: string, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}

function isZero(id: string): boolean {
  return /^0+$/.test(id)
}

function validTraceState(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.length > traceStateLengthMax) return undefined
  const members = value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  const names = new Set(members.map((member) => member.slice(0, member.indexOf('='))))
  const isValid =
    members.length > 0 &&
    members.length <= traceStateMembersMax &&
    names.size === members.length &&
    members.every((member) => memberForm.test(member))
  return isValid ? members.join(',') : undefined
}
