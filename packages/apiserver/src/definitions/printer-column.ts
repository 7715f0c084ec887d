import type { KubernetesObject } from '@fairlead/kube-core'

/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description: string
  /** 0 is always shown, higher priorities only with `-o wide`. */
  readonly priority: number
  /** The cell for one object; `nowMs` is for columns that show an age. */
  cell(object: KubernetesObject, nowMs: number): unknown
}

/** What holds of a row of a Table: a TableRowCondition of `meta.k8s.io`. */
export interface RowCondition {
  readonly type: 'Completed'
  readonly status: 'True'
  readonly reason: string
  readonly message: string
}
