import type { TypedObject } from '@fairlead/kube-core'
import type { CompileOptions } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import type { Judged } from './judging/judged.ts'
import { Judge } from './judging/judge.ts'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { kinds as allKinds } from './kinds/kinds.ts'

const none: readonly TypedObject[] = []

/** What is to be said of a resource whatever there is beside it. */
interface Judgement extends Pick<Judged, 'invalid' | 'unserved' | 'unsupported'> {
  /** What of it never takes effect because of something else in it. */
  readonly shadowed: readonly string[]
}

/** Judges a resource by itself, as if there were no other. */
export class ResourceJudge {
  readonly #judge: Judge
  readonly #kinds: NonNullable<CompileOptions['kinds']>

  constructor({ capabilities, kinds = allKinds }: Pick<CompileOptions, 'capabilities' | 'kinds'>) {
    this.#kinds = kinds
    this.#judge = new Judge(kinds, capabilities)
  }

  /** Undefined for a kind that is not one of ours. */
  judge(object: TypedObject): Judgement | undefined {
    const compiler = this.#kinds.find(({ type: { kind } }) => kind === object.kind)
    if (compiler === undefined) return undefined
    const { type } = compiler
    if (!object.apiVersion.startsWith(`${type.group}/`)) return undefined
    const current = new CurrentResources(<T extends TypedObject>() => [object as T]).list(type)
    const catalogues = this.#judge.judge(({ kind }) => (kind === type.kind ? current : none), [])
    const [judged] = catalogues.get(type.kind)?.byKey.values() ?? []
    if (judged === undefined) return undefined
    const { invalid, unserved, unsupported } = judged
    return { invalid, unserved, unsupported, shadowed: shadowed(compiler, judged) }
  }
}

function shadowed(compiler: KindCompiler, { resource, key, settings }: Judged): readonly string[] {
  if (settings === undefined) return []
  return [...(compiler.shadowed?.([{ resource, key, settings }]).values() ?? [])]
}
