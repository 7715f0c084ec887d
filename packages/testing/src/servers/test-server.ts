import type { TestEnvironment as ApiServerEnvironment } from '@fairlead/apiserver/testing'
import type { KubeConfig } from '@fairlead/controller-runtime'
import type { KubernetesObject } from '@fairlead/kube-core'

/** A user by name and groups. */
interface UserIdentity {
  readonly name: string
  readonly groups: readonly string[]
}

/** The API server behind a test environment. */
export interface TestServer extends AsyncDisposable {
  /** What it is, for messages: `the API server of KUBEBUILDER_ASSETS`. */
  readonly name: string
  /** Of a user who is allowed everything. */
  readonly config: KubeConfig
  /** The server in this process, if it is that: only there are faults and observed requests. */
  readonly inProcess: ApiServerEnvironment | undefined
  /** A kubeconfig (YAML) of that user, for kubectl. */
  kubeconfig(): string
  /** How the user reaches it. */
  configOf(user: UserIdentity): KubeConfig
  /** Creates the object, or replaces the one that is there; a kind is served when this resolves. */
  install(object: KubernetesObject): Promise<void>
  /** Deletes the object, if it is there. */
  remove(object: KubernetesObject): Promise<void>
}
