import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { changed, isFor } from './plugin-request.ts'

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const toleratedSeconds = 300

/** Lets pods stay for five minutes on a node that is not ready or cannot be reached. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate: (request) => {
    const { operation, object } = request
    if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined
    if (!isFor(request, '', 'pods')) return undefined
    const spec = objectOrEmpty(object?.['spec'])
    const tolerations = arrayOrEmpty(spec['tolerations'])
    const missing = taints.filter((key) => !tolerations.some((each) => tolerates(each, key)))
    if (missing.length === 0) return undefined
    return changed(request, (pod) => {
      pod['spec'] = { ...spec, tolerations: [...tolerations, ...missing.map(toleration)] }
    })
  },
}

function tolerates(given: unknown, taint: string): boolean {
  const { key, effect } = objectOrEmpty(given)
  return (!key || key === taint) && (!effect || effect === 'NoExecute')
}

function toleration(key: string): object {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: toleratedSeconds }
}
