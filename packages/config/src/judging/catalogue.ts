import type { Judged } from './judged.ts'
import type { KindCompiler } from './kind-compiler.ts'

/** All judged resources of a kind. */
export interface Catalogue {
  readonly compiler: KindCompiler
  /** By `namespace/name`, in that order. */
  readonly byKey: ReadonlyMap<string, Judged>
}

/** By the name of the kind, what is referred to before what refers to it. */
export type Catalogues = ReadonlyMap<string, Catalogue>
