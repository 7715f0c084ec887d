import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { small, type Call } from '../calls/calls.ts'
import type { RunningContender, Site } from '../contract/contender.ts'
import { contenders } from '../contenders/contenders.ts'
import { answerProblem } from '../contract/verify-answer.ts'
import { eventually } from '../processes/eventually.ts'

/** A contender that answers a call rightly. */
export interface AbleContender {
  readonly name: string
  readonly contender: RunningContender
}

/** Starts contenders when they are first needed, and keeps them for the shapes that follow. */
export class ContenderPool {
  readonly #folder: string
  readonly #siteIn: (folder: string) => Site
  readonly #running = new Map<string, Promise<RunningContender>>()
  readonly #refusals: ReadonlyMap<string, string>

  /** `refusals` says of contenders that cannot be had why that is so. */
  constructor(
    folder: string,
    siteIn: (folder: string) => Site,
    refusals: ReadonlyMap<string, string>,
  ) {
    this.#folder = folder
    this.#siteIn = siteIn
    this.#refusals = refusals
  }

  /** Those of the named ones that answer the call rightly; `note` hears why others do not. */
  async able(
    names: readonly string[],
    call: Call,
    note: (line: string) => void,
  ): Promise<readonly AbleContender[]> {
    const able: AbleContender[] = []
    for (const name of names) {
      const refusal = this.#refusals.get(name)
      if (refusal !== undefined) {
        note(`${name} is left out: ${refusal}`)
        continue
      }
      const contender = await this.#get(name)
      const problem = await answerProblem(contender, call)
      if (problem === undefined) able.push({ name, contender })
      else note(`${name} is left out, it answers wrongly: ${problem}`)
    }
    return able
  }

  /** A contender that nobody else uses, started now; undefined when it cannot be had. */
  async fresh(name: string, note: (line: string) => void): Promise<RunningContender | undefined> {
    const refusal = this.#refusals.get(name)
    if (refusal !== undefined) note(`${name} is left out: ${refusal}`)
    return refusal === undefined ? this.#start(name) : undefined
  }

  /** Stops all that it keeps, so that they do not disturb what follows. */
  async stop(): Promise<void> {
    const running = await Promise.all(this.#running.values())
    this.#running.clear()
    await Promise.all(running.map(({ process }) => process.stop()))
  }

  async #get(name: string): Promise<RunningContender> {
    let running = this.#running.get(name)
    if (running === undefined) {
      running = this.#start(name)
      this.#running.set(name, running)
      const started = await running
      await eventually(name, async () => {
        const problem = await answerProblem(started, small)
        if (problem !== undefined) throw new Error(problem)
        return true as const
      })
    }
    return running
  }

  #start(name: string): Promise<RunningContender> {
    const contender = contenders[name]
    if (contender === undefined) throw new Error(`there is no contender ${name}`)
    mkdirSync(this.#folder, { recursive: true })
    return contender.start(this.#siteIn(mkdtempSync(join(this.#folder, `${name}-`))))
  }
}
