import type { KubernetesObject } from '@fairlead/kube-core'

/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description: string
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number
  /** The cell of one object; `nowMs` for columns that show an age. */
  cell(object: KubernetesObject, nowMs: number): unknown
}
