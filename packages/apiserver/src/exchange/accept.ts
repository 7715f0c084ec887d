import { errors } from '@fairlead/kube-core'

/** One clause of an Accept header, with Kubernetes' parameters. */
interface AcceptClause {
  readonly mediaType: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The encodings of answers, in the order in which a client that takes any is served. */
const encodings = ['json', 'yaml', 'protobuf'] as const
export type AnswerEncoding = (typeof encodings)[number]

const mediaTypes: Readonly<Record<AnswerEncoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}

/** The representation that a resource request asks for. */
export interface Representation {
  readonly encoding: AnswerEncoding
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  /** meta.k8s.io version of the transformed forms. */
  readonly version: string
}

/** What an endpoint can send. */
interface Restrictions {
  readonly origin: 'built-in' | 'custom'
  /** Rows of a table cannot be told from its end: a watch that marks its first objects has none. */
  readonly hasTables?: boolean
}

/** What is read of an Accept header: sorting a megabyte of clauses would take seconds. */
const acceptLengthMax = 4096

/**
 * Clauses in order of preference: by quality, exact ones before patterns, then in header order; as
 * ParseAccept in goautoneg. Clauses beyond 4,096 characters do not count.
 */
export function parseAccept(header: string): AcceptClause[] {
  return header
    .slice(0, acceptLengthMax)
    .split(',')
    .map(parseClause)
    .toSorted((left, right) => Number(isBefore(right, left)) - Number(isBefore(left, right)))
}

export function acceptsJson(clause: AcceptClause): boolean {
  return clause.mediaType === '' || matches(clause, 'json')
}

/** The first encoding that a clause takes; undefined when the server has none of them. */
export function encodingOf(clause: AcceptClause): AnswerEncoding | undefined {
  return clause.mediaType === '' ? 'json' : encodings.find((each) => matches(clause, each))
}

/**
 * Chooses the first representation that the server has. Neither custom resources nor tables have a
 * protobuf form.
 *
 * @throws StatusError 406
 */
export function negotiate(header: string, restrictions: Restrictions): Representation {
  if (header === '') return { as: 'object', version: '', encoding: 'json' }
  for (const clause of parseAccept(header)) {
    const form = formOf(clause)
    if (form === undefined) continue
    const encoding = encodings.find(
      (each) =>
        matches(clause, each) && canStream(clause, each) && isAllowed(each, form.as, restrictions),
    )
    if (encoding !== undefined) return { ...form, encoding }
  }
  throw notAcceptable(Object.values(mediaTypes))
}

/**
 * Checks that a client takes a document that has one form, in an encoding that the server has.
 * @throws StatusError 406
 */
export function requireDocumentAccepted(header: string): void {
  const isTaken = (clause: AcceptClause): boolean =>
    ['as', 'g', 'v', 'sv'].every((name) => !clause.parameters.has(name)) &&
    encodings.some((each) => matches(clause, each) && canStream(clause, each))
  if (header === '' || parseAccept(header).some(isTaken)) return
  throw notAcceptable(Object.values(mediaTypes))
}

/**
 * As `negotiate`, for a watch, whose events have no form in YAML.
 * @throws StatusError 406
 */
export function negotiateStream(header: string, restrictions: Restrictions): Representation {
  const chosen = negotiate(header, restrictions)
  if (chosen.encoding !== 'yaml') return chosen
  throw notAcceptable([mediaTypes.json, mediaTypes.protobuf].map((each) => `${each};stream=watch`))
}

function notAcceptable(accepted: readonly string[]): Error {
  return errors.notAcceptable(`only the following media types are accepted: ${accepted.join(', ')}`)
}

function matches({ mediaType }: AcceptClause, encoding: AnswerEncoding): boolean {
  return [mediaTypes[encoding], 'application/*', '*/*'].includes(mediaType)
}

/** A clause may ask for the form in which events are sent. */
function canStream({ parameters }: AcceptClause, encoding: AnswerEncoding): boolean {
  const stream = parameters.get('stream') ?? ''
  return stream === '' || (stream === 'watch' && encoding !== 'yaml')
}

function isAllowed(
  encoding: AnswerEncoding,
  as: Representation['as'],
  { origin, hasTables = true }: Restrictions,
): boolean {
  switch (as) {
    case 'object':
      return encoding !== 'protobuf' || origin === 'built-in'
    case 'Table':
      return encoding !== 'protobuf' && hasTables
    default:
      return true
  }
}

function formOf({ parameters }: AcceptClause): Omit<Representation, 'encoding'> | undefined {
  // The version of the server's own types, of which there is one.
  if ((parameters.get('sv') || 'v1') !== 'v1') return undefined
  if (!['as', 'g', 'v'].some((name) => parameters.has(name))) return { as: 'object', version: '' }
  const as = parameters.get('as')
  const version = parameters.get('v') ?? ''
  const isMeta = parameters.get('g') === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(version)
  if (!isMeta) return undefined
  switch (as) {
    case 'Table':
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return { as, version }
    default:
      return undefined
  }
}

interface RatedClause extends AcceptClause {
  readonly quality: number
}

function isBefore(left: RatedClause, right: RatedClause): boolean {
  if (left.quality > right.quality) return true
  const [type = '', subtype = ''] = left.mediaType.split('/')
  const [otherType, otherSubtype] = right.mediaType.split('/')
  return (type !== '*' && otherType === '*') || (subtype !== '*' && otherSubtype === '*')
}

function parseClause(clause: string): RatedClause {
  const [type = '', ...pairs] = clause.split(';').map((part) => part.trim())
  const parameters = new Map(
    pairs.flatMap((pair) => {
      const [key = '', value = '', ...more] = pair.split('=').map((part) => part.trim())
      return value === '' || more.length > 0 ? [] : [[key, value] as const]
    }),
  )
  const quality = parameters.has('q') ? Number.parseFloat(parameters.get('q') ?? '') || 0 : 1
  return { mediaType: type === '*' ? '*/*' : type, parameters, quality }
}
