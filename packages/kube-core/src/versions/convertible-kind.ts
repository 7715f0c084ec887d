import type { DefinedResource } from '../crd/define-resource.ts'
import type { TypedObject } from '../object.ts'

/** A kind in several versions for code that handles kinds of any sort: any `ResourceVersions`. */
export interface ConvertibleKind {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly storage: string
  readonly versions: Readonly<Record<string, DefinedResource<TypedObject>>>
  convert(object: TypedObject, version: string): TypedObject
}
