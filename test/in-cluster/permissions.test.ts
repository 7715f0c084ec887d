import { formerVersion, kindVersions } from '@fairlead/api'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import { untyped } from '@fairlead/kube-core'
import { ClusterRole, Deployment, Role, RoleBinding, type rbacV1 } from '@fairlead/kube-types'
import { optionalKinds } from '@fairlead/operator'
import { expectRules, recordRules, type RecordedRules } from '@fairlead/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import {
  chart,
  type Cluster,
  labelledNamespace,
  namespace,
  openCluster,
  operatorName,
} from './cluster.ts'
import { openDefinition } from './open-definition.ts'
import { type PodProcess, startPod } from './pod-process.ts'
import { podOf } from './pods.ts'
import {
  InferencePool,
  made,
  oldResources,
  resource,
  team,
  useEverything,
  vault,
} from './whole-use.ts'

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 240_000
const operatorUser = `system:serviceaccount:${namespace}:${operatorName}`
const gatewayUser = `system:serviceaccount:${team}:${made.name}`

/** No request has these: the API server asks for them when it admits one that gives something away. */
const askedAtAdmission = [
  { verb: 'escalate', what: 'roles', refused: Role, why: 'not currently held' },
  { verb: 'bind', what: 'roles', refused: RoleBinding, why: 'not currently held' },
  {
    verb: 'update',
    what: 'llmgateways/finalizers',
    refused: Deployment,
    why: 'cannot set blockOwnerDeletion',
  },
].map((each) => ({ ...each, refused: untyped(each.refused as ResourceType) }))

type Rules = readonly rbacV1.PolicyRule[]

/** The rules without a verb on what they name. */
function withoutVerb(rules: Rules, verb: string, what: string): rbacV1.PolicyRule[] {
  return rules.flatMap((rule) => {
    if (rule.resources?.includes(what) !== true) return [rule]
    const verbs = rule.verbs.filter((each) => each !== verb)
    return verbs.length === 0 ? [] : [{ ...rule, verbs }]
  })
}

describe('the permissions in a cluster', { timeout: timeoutMs }, () => {
  let cluster: Cluster
  let recorded: { readonly operator: RecordedRules; readonly gateway: RecordedRules }
  let gatewayRoles: readonly KubernetesObject[]
  let operatorRules: Rules
  let otherRoles: readonly object[]
  beforeAll(async () => {
    const others = [...optionalKinds, InferencePool].map((type) => openDefinition(type))
    cluster = await openCluster({ server: 'in-process', crds: [...others, ...oldDefinitions()] })
    const { environment, helm } = cluster
    await environment.install(labelledNamespace(team), labelledNamespace(vault), ...oldResources)
    await helm('install', 'fairlead', chart, '--namespace', namespace, '--skip-crds')
    const role = await environment.client.get(ClusterRole, { name: operatorName })
    operatorRules = role.rules ?? []
    otherRoles = (await environment.client.list(Role, { namespace })).items
    // What is refused is not seen.
    const administrators = [operatorUser, gatewayUser].map(administrator)
    await environment.install(...administrators)
    recorded = {
      operator: recordRules(environment, operatorUser),
      gateway: recordRules(environment, gatewayUser),
    }
    gatewayRoles = await useEverything(cluster, operatorUser)
    await environment.remove(...administrators)
  }, timeoutMs)
  afterAll(() => cluster[Symbol.asyncDispose](), timeoutMs)

  it('are those that the operator needs, and no others', () => {
    const rules = askedAtAdmission.reduce(
      (left: Rules, { verb, what }) => withoutVerb(left, verb, what),
      operatorRules,
    )
    expectRules(recorded.operator, [{ rules }, ...otherRoles])
  })

  it('are those that a gateway needs, and no others', () => {
    expectRules(recorded.gateway, gatewayRoles)
  })

  describe('without which the API server refuses what the operator makes', () => {
    let operator: PodProcess
    beforeAll(async () => {
      operator = await startPod(cluster, await podOf(cluster, operatorName))
      await operator.ready()
    }, timeoutMs)
    afterAll(() => operator[Symbol.asyncDispose]())

    const change = (rules: Rules) => {
      const patch = { type: 'merge' as const, body: { rules: [...rules] } }
      return cluster.environment.client.patch(ClusterRole, { name: operatorName }, patch)
    }

    it.each(askedAtAdmission)('are $verb on $what', async ({ verb, what, refused, why }) => {
      const name = `${verb}-test`
      const key = { namespace: team, name: `${name}-gateway` }
      await change(withoutVerb(operatorRules, verb, what))
      await cluster.environment.install(resource('LLMGateway', name, { deployment: {} }))
      const toldOf = () =>
        operator.command
          .log()
          .split('\n')
          .some((line) => line.includes(why) && line.includes(name))
      await waitFor('the refusal', toldOf)
      const absent = cluster.environment.client.get(refused, key)
      await expect(absent).rejects.toThrow('not found')
      await change(operatorRules)
      await cluster.environment.waitFor(refused, key, undefined, { timeoutMs: 30_000 })
    })
  })
})

function administrator(user: string): KubernetesObject {
  const apiGroup = 'rbac.authorization.k8s.io'
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `administrator-${user.replaceAll(':', '-')}` },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  }
}

/** Definitions whose objects have not been migrated, and keep what they do not know. */
function oldDefinitions(): readonly KubernetesObject[] {
  return kindVersions.flatMap(({ versions: { [formerVersion]: former } }) =>
    former === undefined ? [] : [openDefinition(former)],
  )
}
