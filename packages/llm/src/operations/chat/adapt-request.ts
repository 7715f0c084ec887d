import { ModelError } from '../../errors/model-error.ts'
import { type Adaptation, featureName } from './adaptation.ts'
import type { ChatFormat } from './chat-format.ts'
import { scanContent, type ContentScan } from './content-scan.ts'
import { featureRules, featuresOfField } from './feature-rules.ts'
import type { ModelRequest } from './model-request.ts'
import {
  type FeatureConflict,
  type FeatureSupport,
  type RequestFeature,
  requestFeatures,
} from './request-feature.ts'

/**
 * What becomes of hints that a target does not know. `Error`: the call is refused. `Drop`: they are
 * left out. `Forward`: they are sent all the same, and so is what the target is taken to refuse.
 */
export type UnsupportedParameters = 'Error' | 'Drop' | 'Forward'

/** What is known of a target before it is asked. */
export interface AdaptationTarget {
  /** The name of its dialect. */
  readonly dialect: string
  /** What becomes of each feature there. */
  readonly support: FeatureSupport
  /** What it refuses together. Defaults to nothing. */
  readonly conflicts?: readonly FeatureConflict[] | undefined
  /** Fields of other dialects that its requests are encoded from. Defaults to none. */
  readonly foreignFields?: readonly string[] | undefined
  /** Top-level fields, in the spelling of its dialect, that the server refuses. Defaults to none. */
  readonly refusedParameters?: readonly string[] | undefined
}

interface AdaptationSettings {
  readonly unsupported: UnsupportedParameters
  /** How the caller's dialect spells features. Defaults to OpenAI's chat completions. */
  readonly caller?: Pick<ChatFormat, 'featureFields' | 'restatedFields'> | undefined
}

/** A request that its target can be sent. */
export interface AdaptedRequest {
  readonly request: ModelRequest
  readonly adapted: readonly Adaptation[]
  /** Top-level fields for the encoded body, where it has none of that name. */
  readonly forwarded: Readonly<Record<string, unknown>>
}

type Decision = 'Keep' | 'Emulate' | 'LeaveOut' | 'Refuse'

/**
 * The request without what its target does not know, and what that was. A request in the target's own
 * dialect is left as its caller wrote it, but for what the server refuses by name. Throws a
 * ModelError 400 `unsupported_parameter` where the target cannot give the answer that is asked for.
 */
export function adaptRequest(
  request: ModelRequest,
  target: AdaptationTarget,
  { caller, unsupported }: AdaptationSettings,
): AdaptedRequest {
  const own = request.extrasDialect === target.dialect
  const refused = new Set(target.refusedParameters)
  const content = scanContent(request.items)
  const adapted: Adaptation[] = []
  const forwarded: Record<string, unknown> = {}
  let current = withoutUnasked(request, refused, content)
  for (const [feature, decision] of decisions(current, target, { content, own, refused })) {
    if (decision === 'Keep') continue
    const rule = featureRules[feature]
    const name = featureName(feature)
    if (decision === 'Emulate') {
      adapted.push({ name, as: 'Emulated' })
      continue
    }
    const forward = unsupported === 'Forward' ? rule.forwarded?.(current) : undefined
    if (forward !== undefined) {
      Object.assign(forwarded, forward)
      adapted.push({ name, as: 'Forwarded' })
    } else if (
      decision === 'Refuse' ||
      (unsupported === 'Error' && feature !== 'ReasoningReplay')
    ) {
      throw unsupportedFeature(feature, caller?.featureFields?.[feature])
    } else {
      adapted.push({ name, as: 'Dropped' })
    }
    current = rule.without?.(current) ?? current
  }
  if (saysNothing(request, target)) throw nothingUnderstood()
  for (const name of strangeHistory(content, target)) adapted.push({ name, as: 'Dropped' })
  const strange = strangeExtras(current, target, { caller, own, refused })
  for (const name of strange) {
    const features = featuresOfField.get(name) ?? []
    const asking = features.filter((feature) => featureRules[feature].asked(current, content))
    if (features.length > 0 && asking.length === 0) continue
    const means = asking.some((feature) => featureRules[feature].weight === 'Meaning')
    if (unsupported === 'Forward') {
      setField(forwarded, name, current.extras[name])
      adapted.push({ name, as: 'Forwarded' })
    } else if (unsupported === 'Error' || means) {
      throw unsupportedParameter(`'${name}'`, name)
    } else {
      adapted.push({ name, as: 'Dropped' })
    }
  }
  return { request: withoutExtras(current, strange), adapted, forwarded }
}

interface Seen {
  readonly content: ContentScan
  readonly own: boolean
  readonly refused: ReadonlySet<string>
}

/** What becomes of each feature that is asked for. */
function decisions(
  request: ModelRequest,
  target: AdaptationTarget,
  seen: Seen,
): ReadonlyMap<RequestFeature, Decision> {
  const made = new Map<RequestFeature, Decision>()
  for (const feature of requestFeatures) {
    if (!featureRules[feature].asked(request, seen.content)) continue
    if (feature === 'ProviderTools' && seen.own) continue
    made.set(feature, decide(feature, target, seen))
  }
  if (seen.own) return made
  const isInForce = (feature: RequestFeature) => /^(?:Keep|Emulate)$/.test(made.get(feature) ?? '')
  for (const { besides, dropped } of target.conflicts ?? []) {
    if (isInForce(besides) && isInForce(dropped)) made.set(dropped, 'LeaveOut')
  }
  return made
}

function decide(
  feature: RequestFeature,
  { support }: AdaptationTarget,
  { own, refused }: Pick<Seen, 'own' | 'refused'>,
): Decision {
  const { fields, weight } = featureRules[feature]
  if (fields.some((field) => refused.has(field))) return weight === 'Hint' ? 'LeaveOut' : 'Refuse'
  if (own) return 'Keep'
  switch (support[feature]) {
    case 'Native':
      return 'Keep'
    case 'Emulated':
      return 'Emulate'
    case 'Dropped':
      return 'LeaveOut'
    case 'Refused':
      return 'Refuse'
  }
}

/** A server that refuses a field does so whatever its value, also one that asks for nothing. */
function withoutUnasked(
  request: ModelRequest,
  refused: ReadonlySet<string>,
  content: ContentScan,
): ModelRequest {
  let current = request
  for (const field of refused) {
    for (const feature of featuresOfField.get(field) ?? []) {
      const rule = featureRules[feature]
      if (!rule.asked(current, content)) current = rule.without?.(current) ?? current
    }
  }
  return current
}

/**
 * What encoders leave out of the history because only its maker reads it. No caller can help what
 * earlier answers contain, so that it is no matter of `unsupported`.
 */
function strangeHistory(
  { nativeDialects, sealMakers }: ContentScan,
  { dialect, support }: AdaptationTarget,
): readonly string[] {
  const isStrange = (maker: string) => maker !== dialect
  const seals = support.ReasoningReplay === 'Native' && [...sealMakers].some(isStrange)
  return [
    ...(seals ? [featureName('ReasoningReplay')] : []),
    ...([...nativeDialects].some(isStrange) ? ['native_items'] : []),
  ]
}

/** Whether all that is said is of another dialect, so that an encoder would leave nothing. */
function saysNothing({ items }: ModelRequest, { dialect }: AdaptationTarget): boolean {
  return (
    items.length > 0 &&
    items.every((item) => item.type === 'fairlead:native' && item.dialect !== dialect)
  )
}

/** The extras that the target does not read. */
function strangeExtras(
  { extras, extrasDialect }: ModelRequest,
  { foreignFields = [] }: AdaptationTarget,
  { caller, own, refused }: Pick<Seen, 'own' | 'refused'> & Pick<AdaptationSettings, 'caller'>,
): readonly string[] {
  const names = Object.keys(extras)
  if (own || extrasDialect === undefined) return names.filter((name) => refused.has(name))
  const known = new Set([...foreignFields, ...(caller?.restatedFields ?? [])])
  return names.filter((name) => !known.has(name) || refused.has(name))
}

/** Sets also a name such as `__proto__`, which an assignment would lose. */
function setField(fields: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(fields, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}

function withoutExtras(request: ModelRequest, names: readonly string[]): ModelRequest {
  if (names.length === 0) return request
  const gone = new Set(names)
  return {
    ...request,
    extras: Object.fromEntries(Object.entries(request.extras).filter(([name]) => !gone.has(name))),
  }
}

function unsupportedFeature(feature: RequestFeature, spelled: string | undefined): ModelError {
  const { param: usual, words } = featureRules[feature]
  const param = spelled ?? usual
  return unsupportedParameter(words ?? `'${param}'`, param)
}

/** The error for what the target does not know, in words; `param` is the field that asks for it. */
export function unsupportedParameter(what: string, param: string): ModelError {
  return new ModelError(
    'invalid-request',
    `This model does not support ${what}. Omit '${param}' or choose another model.`,
    { code: 'unsupported_parameter', param },
  )
}

function nothingUnderstood(): ModelError {
  return new ModelError(
    'invalid-request',
    'This model understands no part of what was sent: it is misspelled, or known to another API only. Send a text, or choose another model.',
    { code: 'unsupported_parameter' },
  )
}
