import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { DeepReadonly } from '../deep-readonly.ts'

/** Of metadata, what a conversion may change. */
interface ConvertedMetadata {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Fields that one version has and another has not, carried by an annotation of the other, so that
 * nothing is lost on the way there and back. As kubebuilder's projects do it with MarshalData.
 *
 * Whoever edits the object in the other version does not see these fields, and they come back as they
 * were. Everybody who may read the object can read them: carry nothing secret. Kubernetes limits all
 * annotations of an object to 256 KiB.
 */
export interface CarriedFields<Data extends object> {
  /** The metadata, with the fields in the annotation; without any field, the metadata as it is. */
  write(metadata: ConvertedMetadata, fields: DeepReadonly<Data>): ConvertedMetadata
  /** What the annotation carries; empty if there is none or if it was spoilt. */
  read(metadata: ConvertedMetadata): Partial<Data>
  /** The metadata without the annotation. */
  remove(metadata: ConvertedMetadata): ConvertedMetadata
}

/** @param annotation the key of the annotation, such as `databases.example.com/conversion-data` */
export function carriedFields<Data extends object>(annotation: string): CarriedFields<Data> {
  return {
    write(metadata, fields) {
      const text = JSON.stringify(fields)
      if (text === '{}') return metadata
      return { ...metadata, annotations: { ...metadata.annotations, [annotation]: text } }
    },
    read({ annotations }) {
      const value = parseJsonOrUndefined(annotations?.[annotation] ?? '')
      return isJsonObject(value) ? (value as Partial<Data>) : {}
    },
    remove(metadata) {
      const { [annotation]: carried, ...annotations } = metadata.annotations ?? {}
      if (carried === undefined) return metadata
      const { annotations: _, ...rest } = metadata
      return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
    },
  }
}
