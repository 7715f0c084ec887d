import { LLMGateway } from '@fairlead/api'
import type { Clock } from '@fairlead/base'
import {
  type DeepReadonly,
  type EventRecorder,
  type Manager,
  operator,
  setCondition,
  findCondition,
} from '@fairlead/controller-runtime'
import { deepEqual, type ResourceType, timestamp } from '@fairlead/kube-core'
import {
  Deployment,
  HorizontalPodAutoscaler,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
} from '@fairlead/kube-types'
import { statusOf, type OperatorStatus } from '../desired-status.ts'
import { writeStatus } from '../status-writer.ts'
import { deployedCondition, deploymentStatus, type DeployedObjects } from './deployed-status.ts'
import type { DeployedGateway } from './deployed-gateway.ts'
import { deploymentOf } from './deployment.ts'
import { changesDeployment, type DeploymentSettings } from './deployment-settings.ts'
import { httpRouteOf, isRouteAccepted } from './http-route.ts'
import { missingKinds } from './missing-kinds.ts'
import { HTTPRoute, PodMonitor } from '../optional-kinds.ts'
import { podMonitorOf } from './pod-monitor.ts'
import { localState } from './local-state.ts'
import { horizontalPodAutoscalerOf } from './horizontal-pod-autoscaler.ts'
import { networkPolicyOf } from './network-policy.ts'
import { podDisruptionBudgetOf } from './pod-disruption-budget.ts'
import { serviceAccountOf } from './service-account.ts'
import { serviceOf } from './service.ts'
import { wantedReplicas } from './wanted-replicas.ts'

type Gateway = DeepReadonly<LLMGateway>

/** Its schema is left out: the standard conditions of operators are none of a gateway's. */
const { group, version, kind, plural, namespaced } = LLMGateway
const gatewayType: ResourceType<LLMGateway> = { group, version, kind, plural, namespaced }

/**
 * Adds the controller `gateway-deployment`, which keeps what `spec.deployment` of LLMGateways asks
 * for, and says in their status how far it is.
 */
export function operateDeployments(
  manager: Manager,
  settings: DeploymentSettings,
  { recorder, clock }: { readonly recorder: Pick<EventRecorder, 'event'>; readonly clock: Clock },
): void {
  /** What is made of a gateway that the operator runs; nothing of any other. */
  const of =
    <T>(make: (deployed: DeployedGateway) => T) =>
    (gateway: Gateway) => {
      const deployed = settings.deployed(gateway)
      return deployed && make(deployed)
    }
  const declared = operator(manager)
    .for(gatewayType, { predicates: [changesDeployment] })
    .named('gateway-deployment')
    .child(ServiceAccount, of(serviceAccountOf), { name: 'account' })
    .child(
      NetworkPolicy,
      of((deployed) => networkPolicyOf(deployed, settings.snapshotOf(deployed))),
      { name: 'network' },
    )
    .child(HorizontalPodAutoscaler, of(horizontalPodAutoscalerOf), {
      name: 'autoscaler',
      ready: () => true,
    })
    .child(
      Deployment,
      (gateway, { children, cache }) => {
        const deployed = settings.deployed(gateway)
        if (deployed === undefined) return undefined
        const { namespace, name } = deployed
        const existing = cache.get(Deployment, { namespace, name })
        const { object: autoscaler } = children.autoscaler
        return deploymentOf(deployed, wantedReplicas(deployed, autoscaler, existing))
      },
      { name: 'replicas' },
    )
    .child(Service, of(serviceOf), { name: 'service' })
    .child(PodDisruptionBudget, of(podDisruptionBudgetOf), {
      name: 'disruptions',
      ready: () => true,
    })
    .needs(LLMGateway, ['patch'], 'status')
    .reconcile(async (gateway, { children, client, signal }) => {
      const deployed = settings.deployed(gateway)
      const objects = {
        deployment: children.replicas,
        service: children.service,
        all: Object.values(children),
      }
      const planned = deployed ? plan(gateway, deployed, objects) : {}
      if (isStored(planned, statusOf(gateway))) return
      const { fieldManager } = settings
      const context = { client, recorder, fieldManager }
      await writeStatus(context, LLMGateway, gateway, planned, signal)
    })
  if (settings.has(HTTPRoute)) {
    declared.child(HTTPRoute, of(httpRouteOf), { name: 'route', ready: isRouteAccepted })
  }
  if (settings.has(PodMonitor)) declared.child(PodMonitor, of(podMonitorOf), { name: 'monitor' })
  settings.watchConfiguration(declared)
  declared.build({ fieldManager: settings.fieldManager })

  function plan(
    gateway: Gateway,
    deployed: DeployedGateway,
    objects: DeployedObjects,
  ): OperatorStatus {
    const { generation } = gateway.metadata
    const condition = {
      ...deployedCondition(objects.all, {
        unshared: localState(deployed, settings.snapshotOf(deployed)),
        missing: missingKinds(deployed, settings.has),
      }),
      ...(generation !== undefined && { observedGeneration: generation }),
    }
    const { conditions, replicas } = gateway.status ?? {}
    const dated = setCondition(conditions, condition, timestamp(clock.now()))
    return {
      conditions: [
        findCondition(dated, condition.type) ?? { ...condition, lastTransitionTime: '' },
      ],
      ...deploymentStatus(deployed, objects, replicas, settings.version),
    }
  }
}

/** Whether the status says what is planned about the deployment, and nothing more. */
function isStored(planned: OperatorStatus, stored: OperatorStatus): boolean {
  const condition = ({ conditions }: OperatorStatus) => findCondition(conditions, 'Deployed')
  return (
    deepEqual(condition(planned), condition(stored)) &&
    deepEqual(planned['addresses'], stored['addresses']) &&
    deepEqual(planned['deployment'], stored['deployment'])
  )
}
