import { documentBytesMax } from '../source-document.ts'
import type { DocumentSource } from './document-source.ts'
import { mediaTypeOfName } from './media-type.ts'
import { ownMetadata } from './own-metadata.ts'

interface ConfigMapSourceOptions {
  readonly name: string
  /**
   * What the ConfigMap has now, by key; undefined where there is none. Throws an Error where that is
   * not known.
   */
  readonly data: () => Readonly<Record<string, string | Uint8Array>> | undefined
}

/**
 * Each key of a ConfigMap is a document; its ending says the type, and without one it is plain text. Its
 * metadata is `source`, `path` and its front matter. With the ConfigMap its documents are gone.
 */
export function configMapSource({ data, name }: ConfigMapSourceOptions): DocumentSource {
  return {
    name,
    async *refresh(_known, signal) {
      const entries = data()
      if (entries === undefined) {
        yield await Promise.resolve({
          type: 'failed',
          id: name,
          problem: 'the ConfigMap is not there',
        })
        return
      }
      for (const [id, value] of Object.entries(entries)) {
        signal.throwIfAborted()
        const content = typeof value === 'string' ? Buffer.from(value) : value
        yield content.length > documentBytesMax
          ? { type: 'failed', id, problem: `it has more than ${documentBytesMax} bytes` }
          : { type: 'document', document: documentOf(name, id, content) }
      }
    },
  }
}

function documentOf(source: string, id: string, content: Uint8Array) {
  const mediaType = mediaTypeOfName(id) ?? 'text/plain'
  const metadata = ownMetadata(mediaType, content, { source, path: id })
  return { id, mediaType, content, title: null, url: null, metadata } as const
}
