import type { Call } from '../calls/calls.ts'
import type { ProcessOptions, RunningProcess } from '../processes/processes.ts'

/** What contenders stand in front of, and where they keep their files. */
export interface Site {
  /** A folder of the contender's own. */
  readonly folder: string
  /** Ports of the upstreams on 127.0.0.1, for calls that have an answer and those that have none. */
  readonly ports: { readonly static: number; readonly words: number }
  /** Every call that the contender will be asked for. */
  readonly calls: readonly Call[]
  /** The base URL of the provider of a call. */
  baseURL(call: Call): string
  /** Starts the program to be measured, on the CPU that is kept for it. */
  readonly start: (options: ProcessOptions) => RunningProcess
}

/** A program between callers and providers that can be measured. */
export interface Contender {
  /** As `--peers` names it. */
  readonly name: string
  /** What it is and does, in a line of the documentation. */
  readonly title: string
  /** Finds or fetches the program. Resolves to its version; rejects when it cannot be had. */
  provide(): Promise<string>
  /** Starts it for all calls of the site. It may need a moment until it answers. */
  start(site: Site): Promise<RunningContender>
}

export interface RunningContender {
  readonly process: RunningProcess
  /** Where a call is sent. */
  url(call: Call): string
  /** Headers of a call besides its type, such as the key. */
  headers(call: Call): Readonly<Record<string, string>>
  /** Whether a call with a wrong key must be refused. */
  readonly checksKeys: boolean
}

/** The key that contenders accept, and that providers get. */
export const benchKey = 'sk-bench'
