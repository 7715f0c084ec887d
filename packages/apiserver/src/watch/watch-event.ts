import type { KubernetesObject, Status } from '@fairlead/kube-core'

import type { Change } from '../storage/change.ts'

/** One watch event. `change` is set when the object is exactly the committed one. */
export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
      readonly object: KubernetesObject
      readonly change?: Change
    }
  | { readonly type: 'BOOKMARK'; readonly object: KubernetesObject }
  | { readonly type: 'ERROR'; readonly object: Status }
