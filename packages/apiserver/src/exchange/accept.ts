import { errors } from '@fairlead/kube-core'

/** One entry of an Accept header, with Kubernetes' parameters. */
interface AcceptEntry {
  readonly mediaType: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The representation in which a resource request wants its answer. */
export interface Representation {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata'
  /** Version of meta.k8s.io for the transformed forms. */
  readonly version: string
}

/** Entries in order of preference: by quality, then as written. */
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

/**
 * Chooses the first representation that can be produced.
 * @throws StatusError 406
 */
export function negotiate(header: string): Representation {
  for (const entry of parseAccept(header)) {
    if (!acceptsJson(entry)) continue
    const as = entry.parameters.get('as')
    if (as === undefined) return { as: 'object', version: '' }
    const version = entry.parameters.get('v') ?? 'v1'
    const isMeta = entry.parameters.get('g') === 'meta.k8s.io'
    if (!isMeta || !['v1', 'v1beta1'].includes(version)) continue
    if (as === 'Table') return { as, version }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { as: 'PartialObjectMetadata', version }
    }
  }
  throw errors.notAcceptable(
    'only the following media types are accepted: application/json, application/yaml',
  )
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
