import type { Credentials, KubeConfig, ServerTls } from '../kube-config/kube-config.ts'
import type { TypedObject } from '@fairlead/kube-core'
import type { ElectionTiming } from './election-timing.ts'

/** What a thread is started with: everything but functions, which cannot cross. */
export interface ThreadStart {
  readonly config: Omit<KubeConfig, 'credentials' | 'tls'> & {
    readonly tls: Omit<ServerTls, 'currentCa'>
  }
  readonly userAgent: string
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly identity: string
  readonly timing: ElectionTiming
  readonly releaseOnStop: boolean
  /** Memory of a SharedDeadline: written by the thread. */
  readonly term: SharedArrayBuffer
  /** Memory of a SharedDeadline: written by the process, over when it is taken for stuck. */
  readonly attention: SharedArrayBuffer
}

export type ToThread =
  | { readonly type: 'stop' }
  | { readonly type: 'release' }
  /** With the CAs as they are now, which may be rotated like credentials. */
  | {
      readonly type: 'credentials'
      readonly credentials: Credentials
      readonly ca: string | undefined
    }
  | { readonly type: 'no-credentials'; readonly error: unknown }

export type FromThread =
  | { readonly type: 'leading'; readonly object: TypedObject | undefined }
  /** `run` has ended: with an error if the lease was lost. */
  | { readonly type: 'ended'; readonly error?: unknown }
  | { readonly type: 'released' }
  | { readonly type: 'slow-path' }
  /** Answered with `credentials` or `no-credentials`; `refused` if the server refused the last. */
  | { readonly type: 'ask-credentials'; readonly refused: boolean }
  | {
      readonly type: 'log'
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly fields: object
      readonly message: string
    }
