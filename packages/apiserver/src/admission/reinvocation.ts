import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import type { MutationPass } from './admission-plugin.ts'

/**
 * Which of a plugin's webhooks or policies are asked again. When one of them changes the object, those
 * before it that want it (`reinvocationPolicy: IfNeeded`) are asked once more, in the second pass; so
 * are all that want it when other plugins change what this one had put out.
 */
export class Reinvocation {
  /** Those that want to be asked again and have been asked since the last change. */
  readonly #asked = new Set<string>()
  readonly #due = new Set<string>()
  #output: KubernetesObject | undefined

  /** That of a plugin, kept between its passes. */
  static of(plugin: string, { kept }: MutationPass): Reinvocation {
    const known = kept.get(plugin)
    if (known instanceof Reinvocation) return known
    const fresh = new Reinvocation()
    kept.set(plugin, fresh)
    return fresh
  }

  /** Called when a pass begins, with the object as it is. */
  begin(object: KubernetesObject | undefined, pass: MutationPass): void {
    if (pass.isSecond && !deepEqual(this.#output, object)) this.#makeDue()
  }

  /** Called when a pass ends, with the object as it is. */
  end(object: KubernetesObject | undefined): void {
    this.#output = object
  }

  /** Whether one of them, known by an id of its own, is asked in this pass. */
  isDue(id: string, pass: MutationPass): boolean {
    return !pass.isSecond || this.#due.has(id)
  }

  /** Called when the object has been changed. */
  changed(pass: MutationPass): void {
    this.#makeDue()
    pass.repeat()
  }

  /** Called for one that wants to be asked again, when it has been asked. */
  wants(id: string): void {
    this.#asked.add(id)
  }

  #makeDue(): void {
    for (const id of this.#asked) this.#due.add(id)
    this.#asked.clear()
  }
}
