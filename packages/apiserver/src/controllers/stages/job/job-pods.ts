import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import type { NewObject } from '../shared/cluster.ts'
import { controllerReference } from '../shared/controller-reference.ts'
import { podFromTemplate } from '../shared/pod-state.ts'

const indexKey = 'batch.kubernetes.io/job-completion-index'
const indexVariable = 'JOB_COMPLETION_INDEX'

/** The index of a pod; undefined when it has none. */
export function indexOf({ metadata }: KubernetesObject): number | undefined {
  const text = metadata.annotations?.[indexKey]
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

/** A pod of a Job. @param index in an indexed Job */
export function jobPod(job: KubernetesObject, index: number | undefined): NewObject {
  const { name = '', namespace = '' } = job.metadata
  const template = recordAt(recordAt(job, 'spec'), 'template')
  const owner = controllerReference(job)
  if (index === undefined) {
    return podFromTemplate(template, owner, { generateName: `${name}-`, namespace })
  }
  const text = String(index)
  const pod = podFromTemplate(template, owner, {
    generateName: `${name}-${text}-`,
    namespace,
    labels: { [indexKey]: text },
    annotations: { [indexKey]: text },
  })
  const spec = recordAt(pod, 'spec')
  return {
    ...pod,
    spec: {
      ...spec,
      hostname: textAt(spec, 'hostname') || `${name}-${text}`,
      containers: recordsAt(spec, 'containers').map(withIndex),
      ...(spec['initContainers'] === undefined
        ? {}
        : { initContainers: recordsAt(spec, 'initContainers').map(withIndex) }),
    },
  }
}

function withIndex(container: Fields): Fields {
  const environment = recordsAt(container, 'env')
  if (environment.some(({ name }) => name === indexVariable)) return container
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` }
  return { ...container, env: [...environment, { name: indexVariable, valueFrom: { fieldRef } }] }
}
