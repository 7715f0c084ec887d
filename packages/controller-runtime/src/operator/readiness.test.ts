import type { KubernetesObject } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { readinessOf } from './readiness.ts'

const conditions = (...all: (readonly [string, string, string?])[]) =>
  all.map(([type, status, reason]) => ({
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
  }))

function object(apiVersion: string, kind: string, spec: object, status?: object): KubernetesObject {
  const metadata = { name: 'a', generation: 2 }
  return { apiVersion, kind, metadata, spec, ...(status === undefined ? {} : { status }) }
}

const seen = { observedGeneration: 2 }
const rollout = { updateRevision: 'a-2', currentRevision: 'a-2' }

// kubectl pkg/polymorphichelpers/rollout_status_test.go: "TestDeploymentStatusViewerStatus",
// "TestDaemonSetStatusViewerStatus", "TestStatefulSetStatusViewerStatus"
describe('readinessOf', () => {
  it.each<[string, string, string, object, object | undefined]>([
    [
      'a Deployment',
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      {
        ...seen,
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
      },
    ],
    ['a Deployment of none', 'apps/v1', 'Deployment', { replicas: 0 }, seen],
    [
      'a StatefulSet',
      'apps/v1',
      'StatefulSet',
      { replicas: 2 },
      {
        ...seen,
        ...rollout,
        replicas: 2,
        readyReplicas: 2,
        updatedReplicas: 2,
      },
    ],
    [
      'a StatefulSet up to its partition',
      'apps/v1',
      'StatefulSet',
      {
        replicas: 3,
        updateStrategy: { rollingUpdate: { partition: 2 } },
      },
      {
        ...seen,
        readyReplicas: 3,
        updatedReplicas: 1,
        updateRevision: 'a-3',
        currentRevision: 'a-2',
      },
    ],
    [
      'a StatefulSet that updates on deletion',
      'apps/v1',
      'StatefulSet',
      {
        replicas: 1,
        updateStrategy: { type: 'OnDelete' },
      },
      { ...seen, readyReplicas: 1, updateRevision: 'a-3', currentRevision: 'a-2' },
    ],
    [
      'a DaemonSet',
      'apps/v1',
      'DaemonSet',
      {},
      {
        ...seen,
        desiredNumberScheduled: 2,
        updatedNumberScheduled: 2,
        numberAvailable: 2,
      },
    ],
    [
      'a DaemonSet without nodes',
      'apps/v1',
      'DaemonSet',
      {},
      { ...seen, desiredNumberScheduled: 0 },
    ],
    ['a ReplicaSet', 'apps/v1', 'ReplicaSet', {}, { ...seen, readyReplicas: 1 }],
    ['a complete Job', 'batch/v1', 'Job', {}, { conditions: conditions(['Complete', 'True']) }],
    [
      'a ready Pod',
      'v1',
      'Pod',
      {},
      { phase: 'Running', conditions: conditions(['Ready', 'True']) },
    ],
    ['a Pod that has succeeded', 'v1', 'Pod', {}, { phase: 'Succeeded' }],
    ['a bound claim', 'v1', 'PersistentVolumeClaim', {}, { phase: 'Bound' }],
    ['a Service', 'v1', 'Service', { type: 'ClusterIP' }, {}],
    [
      'a load balancer with an address',
      'v1',
      'Service',
      { type: 'LoadBalancer' },
      {
        loadBalancer: { ingress: [{ ip: '192.0.2.1' }] },
      },
    ],
    [
      'an established definition',
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      {},
      {
        conditions: conditions(['Established', 'True']),
      },
    ],
    ['a ConfigMap', 'v1', 'ConfigMap', {}, undefined],
    [
      'anything that is Ready',
      'example.com/v1',
      'Thing',
      {},
      { conditions: conditions(['Ready', 'True']) },
    ],
    [
      'anything that is Available',
      'example.com/v1',
      'Thing',
      {},
      {
        conditions: conditions(['Available', 'True']),
      },
    ],
    ['a Deployment of another group', 'example.com/v1', 'Deployment', { replicas: 3 }, undefined],
  ])('%s is ready', (_case, apiVersion, kind, spec, status) => {
    expect(readinessOf(object(apiVersion, kind, spec, status))).toEqual({
      state: 'ready',
      message: '',
    })
  })

  it.each<[string, string, string, object, object | undefined, string]>([
    ['a new Deployment', 'apps/v1', 'Deployment', {}, undefined, '0 of 1 replicas are updated'],
    [
      'a Deployment of none without status',
      'apps/v1',
      'Deployment',
      { replicas: 0 },
      undefined,
      'it has no status yet',
    ],
    [
      'a Deployment whose change is not seen',
      'apps/v1',
      'Deployment',
      { replicas: 0 },
      { observedGeneration: 1 },
      'its last change has not been observed yet',
    ],
    [
      'a Deployment with old replicas',
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      { ...seen, replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
      '1 old replicas are still there',
    ],
    [
      'a Deployment that is not available',
      'apps/v1',
      'Deployment',
      { replicas: 2 },
      { ...seen, replicas: 2, updatedReplicas: 2, availableReplicas: 1 },
      '1 of 2 replicas are available',
    ],
    [
      'a StatefulSet on its way',
      'apps/v1',
      'StatefulSet',
      { replicas: 3 },
      { ...seen, ...rollout, readyReplicas: 1 },
      '1 of 3 replicas are ready',
    ],
    [
      'a StatefulSet with old replicas',
      'apps/v1',
      'StatefulSet',
      { replicas: 3 },
      { ...seen, readyReplicas: 3, updatedReplicas: 1, updateRevision: 'b', currentRevision: 'a' },
      '1 of 3 replicas are updated',
    ],
    [
      'a StatefulSet above its partition',
      'apps/v1',
      'StatefulSet',
      { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
      { ...seen, readyReplicas: 3, updatedReplicas: 1 },
      '1 of 2 replicas are updated',
    ],
    [
      'a DaemonSet on its way',
      'apps/v1',
      'DaemonSet',
      {},
      { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      '1 of 2 pods are available',
    ],
    ['a Job that runs', 'batch/v1', 'Job', {}, { active: 1 }, 'it has no condition Complete yet'],
    [
      'a Pod that is not ready',
      'v1',
      'Pod',
      {},
      { phase: 'Running', conditions: conditions(['Ready', 'False', 'ContainersNotReady']) },
      'Ready is False: ContainersNotReady',
    ],
    [
      'a pending claim',
      'v1',
      'PersistentVolumeClaim',
      {},
      { phase: 'Pending' },
      'its phase is Pending',
    ],
    [
      'a load balancer without address',
      'v1',
      'Service',
      { type: 'LoadBalancer' },
      {},
      'it has no address yet',
    ],
    [
      'anything that is not Ready, though Available',
      'example.com/v1',
      'Thing',
      {},
      { conditions: conditions(['Available', 'True'], ['Ready', 'Unknown']) },
      'Ready is Unknown',
    ],
    [
      'anything whose change is not seen',
      'example.com/v1',
      'Thing',
      {},
      { observedGeneration: 1, conditions: conditions(['Ready', 'True']) },
      'its last change has not been observed yet',
    ],
  ])('%s is progressing', (_case, apiVersion, kind, spec, status, message) => {
    const readiness = readinessOf(object(apiVersion, kind, spec, status))
    expect(readiness).toEqual({ state: 'progressing', message })
  })

  it.each<[string, string, string, object]>([
    [
      'a stuck Deployment',
      'apps/v1',
      'Deployment',
      { ...seen, conditions: conditions(['Progressing', 'False', 'ProgressDeadlineExceeded']) },
    ],
    [
      'a failed Job',
      'batch/v1',
      'Job',
      { conditions: conditions(['Failed', 'True', 'BackoffLimitExceeded']) },
    ],
    ['a failed Pod', 'v1', 'Pod', { phase: 'Failed' }],
  ])('%s has failed', (_case, apiVersion, kind, status) => {
    expect(readinessOf(object(apiVersion, kind, {}, status)).state).toBe('failed')
  })
})
