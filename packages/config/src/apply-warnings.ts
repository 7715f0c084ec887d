import type { TypedObject } from '@fairlead/kube-core'
import type { CompileOptions } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import { Judge } from './judging/judge.ts'
import { kinds as allKinds } from './kinds/kinds.ts'

/** As many as a person reads. */
const warningsMax = 8
/** In characters: all of them go into one header. */
const warningLengthMax = 500
const none: readonly TypedObject[] = []

/**
 * What is wrong with a resource by itself, for whoever writes it: what makes it invalid although its
 * schema takes it, and fields that are accepted and have no effect yet. What depends on others stands
 * in its conditions, because they may be written a moment later.
 */
export class ApplyWarnings {
  readonly #judge: Judge
  readonly #kinds: NonNullable<CompileOptions['kinds']>

  constructor({ capabilities, kinds = allKinds }: Pick<CompileOptions, 'capabilities' | 'kinds'>) {
    this.#kinds = kinds
    this.#judge = new Judge(kinds, capabilities)
  }

  /** In words for a person, at most eight of 500 characters; empty for a kind that is not one of ours. */
  of(object: TypedObject): readonly string[] {
    const type = this.#kinds.find(({ type: { kind } }) => kind === object.kind)?.type
    if (type === undefined || !object.apiVersion.startsWith(`${type.group}/`)) return []
    const current = new CurrentResources(<T extends TypedObject>() => [object as T]).list(type)
    const catalogues = this.#judge.judge(({ kind }) => (kind === type.kind ? current : none), [])
    const [judged] = catalogues.get(type.kind)?.byKey.values() ?? []
    if (judged === undefined) return []
    const { invalid, unsupported } = judged
    return [
      ...invalid.map((problem) => `it has no effect, because it is invalid: ${problem}`),
      ...unsupported.map((field) => `not implemented yet: ${field}`),
    ]
      .slice(0, warningsMax)
      .map((text) => text.slice(0, warningLengthMax))
  }
}
