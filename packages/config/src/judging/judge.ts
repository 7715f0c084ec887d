import { remembering } from '@fairlead/base'
import type { ReferenceGrant } from '@fairlead/api'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import type { Catalogue, Catalogues } from './catalogue.ts'
import type { KindCompiler } from './kind-compiler.ts'
import { KindJudge } from './kind-judge.ts'
import { indexReferenceGrants } from './reference-grants.ts'
import { orderByReference } from './reference-order.ts'

/** Judges every resource on its own and with what it refers to, not yet for a certain gateway. */
export class Judge {
  readonly #judges: readonly { readonly compiler: KindCompiler; readonly judge: KindJudge }[]
  readonly #grantsOf = remembering((...grants: readonly ReferenceGrant[]) =>
    indexReferenceGrants(grants),
  )

  /** Throws TypeError for a kind that refers to one that is not among them. */
  constructor(kinds: readonly KindCompiler[], capabilities: Capabilities) {
    this.#judges = orderByReference(kinds).map((compiler) => ({
      compiler,
      judge: new KindJudge(compiler, capabilities),
    }))
  }

  judge(
    list: (type: ResourceType) => readonly TypedObject[],
    grants: readonly ReferenceGrant[],
  ): Catalogues {
    const catalogues = new Map<string, Catalogue>()
    const court = { grants: this.#grantsOf(...grants), catalogues }
    for (const { compiler, judge } of this.#judges) {
      catalogues.set(compiler.type.kind, judge.judge(list(compiler.type), court))
    }
    return catalogues
  }
}
