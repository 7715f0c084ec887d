import { silentLogger } from '@fairlead/base'
import { type Client, createClient, type KubeConfig } from '@fairlead/controller-runtime'
import type { rbacV1 } from '@fairlead/kube-types'

import type { TestServer } from './servers/test-server.ts'

/** A user of a test, who may do what the rules say and what bindings to the groups allow. */
export interface TestUserOptions {
  /** Defaults to none; `system:authenticated` comes by itself. */
  readonly groups?: readonly string[]
  /** What the user may do, in all namespaces: those of a ClusterRole. Defaults to nothing. */
  readonly rules?: readonly rbacV1.PolicyRule[]
}

/** A user of a test environment. */
export interface TestUser {
  readonly name: string
  readonly groups: readonly string[]
  /** How the user reaches the API server: for managers and clients of one's own. */
  readonly config: KubeConfig
  readonly client: Client
}

/** Adds the user, whose role and client end with what is returned. */
export async function addTestUser(
  server: TestServer,
  name: string,
  { groups = [], rules = [] }: TestUserOptions,
): Promise<TestUser & AsyncDisposable> {
  await using undo = new AsyncDisposableStack()
  const config = server.configOf({ name, groups })
  const client = createClient(config, { logger: silentLogger })
  undo.defer(() => client.close())
  if (rules.length > 0) {
    for (const object of roleOf(name, rules)) {
      await server.install(object)
      undo.defer(() => server.remove(object))
    }
  }
  const running = undo.move()
  return { name, groups, config, client, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function roleOf(name: string, rules: readonly rbacV1.PolicyRule[]) {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name: `test:${name}` }
  const apiGroup = 'rbac.authorization.k8s.io'
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup, kind: 'User', name }],
    },
  ]
}
