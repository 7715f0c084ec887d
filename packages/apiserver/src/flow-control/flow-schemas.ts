import { compareText } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { Access } from '../auth/access.ts'
import type { User } from '../auth/user.ts'
import type { Storage } from '../storage/storage.ts'
import { type FlowSchemaRule, ruleMeans } from './flow-schema-rule.ts'

const group = 'flowcontrol.apiserver.k8s.io'
const schemasResource = `flowschemas.${group}`
const levelsResource = `prioritylevelconfigurations.${group}`

/** The flow schema that a request matches, and the priority level of it. */
interface Flow {
  readonly schemaUid: string
  readonly levelUid: string
}

interface FlowSchema {
  readonly precedence: number
  readonly name: string
  readonly rules: readonly FlowSchemaRule[]
  readonly flow: Flow
}

interface FlowSchemaSpec {
  readonly matchingPrecedence?: number
  readonly priorityLevelConfiguration?: { readonly name?: string }
  readonly rules?: readonly FlowSchemaRule[]
}

/** The stored flow schemas. They only tell what a request is: nothing waits for another here. */
export class FlowSchemas {
  readonly #storage: Storage
  readonly #unsubscribe: readonly (() => void)[]
  /** In their order; undefined when it has to be found again. */
  #schemas: readonly FlowSchema[] | undefined

  constructor(storage: Storage) {
    this.#storage = storage
    const forget = (): void => void (this.#schemas = undefined)
    this.#unsubscribe = [
      storage.subscribe(schemasResource, forget),
      storage.subscribe(levelsResource, forget),
    ]
  }

  /** The first that matches; undefined when none does. */
  flowOf(user: User, access: Access): Flow | undefined {
    this.#schemas ??= this.#read()
    return this.#schemas.find(({ rules }) => rules.some((rule) => ruleMeans(rule, user, access)))
      ?.flow
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #read(): FlowSchema[] {
    return this.#storage
      .list({ resource: schemasResource })
      .objects.flatMap((object) => this.#schemaOf(object))
      .toSorted(
        (left, right) => left.precedence - right.precedence || compareText(left.name, right.name),
      )
  }

  /** Nothing, when its priority level is not there. */
  #schemaOf({ metadata, spec = {} }: KubernetesObject & { spec?: FlowSchemaSpec }): FlowSchema[] {
    const { matchingPrecedence = 1_000, priorityLevelConfiguration, rules = [] } = spec
    const name = priorityLevelConfiguration?.name ?? ''
    const level = this.#storage.get({ resource: levelsResource, namespace: '', name })
    if (level === undefined) return []
    return [
      {
        precedence: matchingPrecedence,
        name: metadata.name ?? '',
        rules,
        flow: { schemaUid: metadata.uid ?? '', levelUid: level.metadata.uid ?? '' },
      },
    ]
  }
}
