import { Consumer } from '@fairlead/api'
import { systemClock, type Clock } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import type { CompileOptions } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import { Judge } from './judging/judge.ts'
import type { Judged } from './judging/judged.ts'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { keysAt, keysCondition } from './kinds/consumer/keys-condition.ts'
import { kinds as allKinds } from './kinds/kinds.ts'

/** As many as a person reads. */
const warningsMax = 8
/** In characters: all of them go into one header. */
const warningLengthMax = 500
const none: readonly TypedObject[] = []

/**
 * What is wrong with a resource by itself, for whoever writes it: what makes it invalid although its
 * schema takes it, what of it has no effect (fields that are not implemented yet, rules that never
 * match), keys that have expired. What depends on others stands in its conditions, because they may be
 * written a moment later.
 */
export class ApplyWarnings {
  readonly #judge: Judge
  readonly #kinds: NonNullable<CompileOptions['kinds']>
  readonly #clock: Pick<Clock, 'now'>

  constructor({
    capabilities,
    kinds = allKinds,
    clock = systemClock,
  }: Pick<CompileOptions, 'capabilities' | 'kinds'> & { readonly clock?: Pick<Clock, 'now'> }) {
    this.#clock = clock
    this.#kinds = kinds
    this.#judge = new Judge(kinds, capabilities)
  }

  /** In words for a person, at most eight of 500 characters; empty for a kind that is not one of ours. */
  of(object: TypedObject): readonly string[] {
    const compiler = this.#kinds.find(({ type: { kind } }) => kind === object.kind)
    if (compiler === undefined) return []
    const { type } = compiler
    if (!object.apiVersion.startsWith(`${type.group}/`)) return []
    const current = new CurrentResources(<T extends TypedObject>() => [object as T]).list(type)
    const catalogues = this.#judge.judge(({ kind }) => (kind === type.kind ? current : none), [])
    const [judged] = catalogues.get(type.kind)?.byKey.values() ?? []
    if (judged === undefined) return []
    const { invalid, unsupported } = judged
    return [
      ...invalid.map((problem) => `it has no effect, because it is invalid: ${problem}`),
      ...unsupported.map((field) => `not implemented yet: ${field}`),
      ...neverEffective(compiler, judged),
      ...this.#keys(judged),
    ]
      .slice(0, warningsMax)
      .map((text) => text.slice(0, warningLengthMax))
  }

  #keys({ resource }: Judged): readonly string[] {
    if (resource.kind !== Consumer.kind) return []
    const { apiKeys } = (resource as Consumer).spec
    const condition = keysCondition(keysAt(apiKeys, this.#clock.now()))
    return condition?.status === 'False' ? [condition.message] : []
  }
}

/** What of a resource never takes effect whatever there is beside it. */
function neverEffective(compiler: KindCompiler, judged: Judged): readonly string[] {
  const { resource, key, settings } = judged
  if (settings === undefined) return []
  return [...(compiler.shadowed?.([{ resource, key, settings }]).values() ?? [])]
}
