import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import type { SentFields } from '../passage.ts'

/** Changes of the top-level fields of a body, for a server with quirks. */
interface ServerEdits {
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

const none: ServerEdits = { set: {}, remove: [] }

/** What must change in a caller's bytes before the server takes them. */
export function serverEdits(sent: SentFields, quirks: ServerQuirks = {}): ServerEdits {
  const { nulls = [], limits = [] } = sent.peculiarities ?? {}
  const usage = quirks.usageOption === undefined || !sent.stream ? [] : ['stream_options']
  const refused = quirks.refusesNulls ? nulls : []
  const { outputLimit } = quirks
  const moved = outputLimit === undefined ? [] : limits.filter((name) => name !== outputLimit)
  const remove = [...usage, ...refused, ...moved]
  if (remove.length === 0) return none
  const value = sent.outputTokensMax
  const set =
    outputLimit === undefined || moved.length === 0 || value === undefined
      ? {}
      : { [outputLimit]: JSON.stringify(value) }
  return { set, remove }
}

/** Whether the messages themselves must change, which bytes cannot express. */
export function needsOtherMessages(sent: SentFields, quirks: ServerQuirks = {}): boolean {
  const {
    developerRole = false,
    looseMessages = false,
    otherCallIds = false,
  } = sent.peculiarities ?? {}
  return (
    (developerRole && quirks.refusesDeveloperRole === true) ||
    (looseMessages && quirks.strictMessages === true) ||
    (otherCallIds && quirks.toolCallIds !== undefined)
  )
}

/** Whether a parameter has another name at the server. */
export function needsOtherNames(
  { peculiarities }: SentFields,
  { parameterNames = {} }: ServerQuirks = {},
): boolean {
  return peculiarities?.renamed.some((name) => parameterNames[name] !== undefined) ?? false
}
