import { errors } from '@fairlead/kube-core'

/** One entry of an Accept header, with Kubernetes' parameters. */
interface AcceptEntry {
  readonly mediaType: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The encodings of answers. */
export type AnswerEncoding = 'json' | 'yaml' | 'protobuf'

/** The representation that a resource request asks for. */
export interface Representation {
  readonly encoding: AnswerEncoding
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata'
  /** meta.k8s.io version of the transformed forms. */
  readonly version: string
}

/** Entries in order of preference: by quality, then in header order. */
export function parseAccept(header: string): AcceptEntry[] {
  return header
    .split(',')
    .map((entry, index) => ({ ...parseEntry(entry), index }))
    .toSorted((left, right) => right.quality - left.quality || left.index - right.index)
    .map(({ mediaType, parameters }) => ({ mediaType, parameters }))
}

export function acceptsJson({ mediaType }: AcceptEntry): boolean {
  return ['application/json', 'application/*', '*/*', ''].includes(mediaType)
}

/** The encoding that an entry asks for; undefined for one that the server does not have. */
export function encodingOf({ mediaType }: AcceptEntry): AnswerEncoding | undefined {
  if (acceptsJson({ mediaType, parameters: new Map() })) return 'json'
  if (mediaType === 'application/yaml') return 'yaml'
  return mediaType === 'application/vnd.kubernetes.protobuf' ? 'protobuf' : undefined
}

/**
 * Chooses the first representation that the server supports. Neither custom resources nor tables have
 * a protobuf form, and YAML cannot be watched.
 *
 * @throws StatusError 406
 */
export function negotiate(
  header: string,
  { origin, isWatch = false }: { origin: 'built-in' | 'custom'; isWatch?: boolean },
): Representation {
  for (const entry of parseAccept(header)) {
    const encoding = encodingOf(entry)
    const form = formOf(entry)
    if (encoding === undefined || form === undefined || (isWatch && encoding === 'yaml')) continue
    const hasProtobuf =
      form.as === 'PartialObjectMetadata' || (form.as === 'object' && origin === 'built-in')
    if (encoding !== 'protobuf' || hasProtobuf) return { ...form, encoding }
  }
  throw errors.notAcceptable(
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )
}

function formOf({ parameters }: AcceptEntry): Omit<Representation, 'encoding'> | undefined {
  const as = parameters.get('as')
  if (as === undefined) return { as: 'object', version: '' }
  const version = parameters.get('v') ?? 'v1'
  const isMeta = parameters.get('g') === 'meta.k8s.io'
  if (!isMeta || !['v1', 'v1beta1'].includes(version)) return undefined
  if (as === 'Table') return { as, version }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { as: 'PartialObjectMetadata', version }
  }
  return undefined
}

function parseEntry(entry: string): AcceptEntry & { quality: number } {
  const [mediaType = '', ...pairs] = entry.split(';').map((part) => part.trim())
  const parameters = new Map(
    pairs.map((pair) => {
      const [key = '', value = ''] = pair.split('=')
      return [key.trim(), value.trim()] as const
    }),
  )
  const quality = Number(parameters.get('q') ?? 1)
  return { mediaType: mediaType.toLowerCase(), parameters, quality }
}
