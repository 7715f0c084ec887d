export type { DeepReadonly } from '@fairlead/kube-core'
