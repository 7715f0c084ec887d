import {
  type Adaptation,
  type AdaptationTarget,
  type AdaptedRequest,
  adaptRequest,
  type BodyOutline,
  chatFormatOf,
  type Dialect,
  featureName,
  fitToolNames,
  isKnownParameter,
  type ModelRequest,
  noUniqueFields,
  outlineBody,
  type RenamedTools,
  spliceTopLevel,
} from '@fairlead/llm'
import type { CallTarget } from '../routing/call-target.ts'
import { outputLimit } from './output-limit.ts'

/** What one target is sent. */
export interface TargetBody {
  readonly bytes: Uint8Array
  /** What became of what it does not know. */
  readonly adapted: readonly Adaptation[]
  /** The caller's names of the tools that have others in it. */
  readonly renamedTools: RenamedTools
}

const noneRenamed: RenamedTools = new Map()

const thinkingLeftOut: Adaptation = { name: featureName('Reasoning'), as: 'Dropped' }

/**
 * A caller's request without what a target does not know. Throws a ModelError 400 where the target
 * cannot give the answer that is asked for, or `parameters.unsupported` is `Error`.
 */
export function adaptFor(
  target: CallTarget,
  caller: Dialect,
  request: ModelRequest,
): AdaptedRequest {
  const { dialect, encoding } = target.apiFor(caller)
  const format = chatFormatOf(dialect)
  const known: AdaptationTarget = {
    dialect: dialect.name,
    support: format.support(target.model, encoding.quirks),
    conflicts: format.conflicts?.(target.model),
    foreignFields: format.foreignFields,
    refusedParameters: encoding.quirks?.refusedParameters,
  }
  const { unsupported } = target.provider.settings.parameters
  return adaptRequest(request, known, { caller: chatFormatOf(caller), unsupported })
}

/**
 * The request in the target's dialect. `isAssembled`: its messages are the prompt of a conversation,
 * so that the gateway answers for what earlier answers lack in it. Throws as `adaptFor` does, and for
 * what it cannot express.
 */
export function encodeFor(
  target: CallTarget,
  caller: Dialect,
  asked: ModelRequest,
  { isAssembled }: { readonly isAssembled: boolean },
): TargetBody {
  const { dialect, encoding } = target.apiFor(caller)
  const format = chatFormatOf(dialect)
  const { adapted: left, forwarded, request: known } = adaptFor(target, caller, asked)
  // Within one dialect a name that breaks its rule is the caller's to answer for, and answers pass.
  const isSame = dialect.name === (caller.requestDialect ?? caller.name)
  const unthinking = isSame && !isAssembled ? undefined : format.withoutLostThinking?.(known)
  const fitting = unthinking ?? known
  const adapted = unthinking === undefined ? left : [...left, thinkingLeftOut]
  const rule = isSame ? undefined : format.toolNames
  const { renamed: renamedTools, request } = fitToolNames(fitting, rule)
  const maxOutputTokens = outputLimit(target.facts, request)
  const options = maxOutputTokens === undefined ? encoding : { ...encoding, maxOutputTokens }
  const encoded = format.encodeRequest(request, options)
  const isForwarding = Object.keys(forwarded).length > 0
  const body = isForwarding ? { ...forwarded, ...(encoded as object) } : encoded
  return { bytes: Buffer.from(JSON.stringify(body)), adapted, renamedTools }
}

/**
 * A body in the target's own dialect without the parameters that its server refuses; every other byte
 * stays. `decoded` is the request of the body. Undefined where it has to be encoded instead. Throws
 * as `adaptFor` does.
 */
export function withoutRefused(
  target: CallTarget,
  caller: Dialect,
  bytes: Uint8Array,
  parts: { readonly outline: BodyOutline | undefined; readonly decoded: () => ModelRequest },
): TargetBody | undefined {
  const { refusedParameters = [] } = target.apiFor(caller).encoding.quirks ?? {}
  const isForwarding = target.provider.settings.parameters.unsupported === 'Forward'
  if (refusedParameters.length === 0 || isForwarding)
    return { bytes, adapted: [], renamedTools: noneRenamed }
  const outline = parts.outline ?? outlineBody(bytes, noUniqueFields)
  const sent = new Set(outline.members.map(({ name }) => name))
  const refused = refusedParameters.filter((name) => sent.has(name))
  if (refused.length === 0) return { bytes, adapted: [], renamedTools: noneRenamed }
  const request = parts.decoded()
  const isPlain = refused.every(
    (name) => isKnownParameter(name) || Object.hasOwn(request.extras, name),
  )
  if (!isPlain) return undefined
  const { adapted } = adaptFor(target, caller, request)
  const kept = spliceTopLevel(bytes, { remove: refused }, outline)
  return { bytes: kept, adapted, renamedTools: noneRenamed }
}
