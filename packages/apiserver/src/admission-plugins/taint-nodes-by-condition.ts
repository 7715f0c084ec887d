import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { changed, isFor } from './plugin-request.ts'

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** A new node takes no pods until it is known to be ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate: (request) => {
    if (request.operation !== 'CREATE' || !isFor(request, '', 'nodes')) return undefined
    const spec = objectOrEmpty(request.object?.['spec'])
    const taints = arrayOrEmpty(spec['taints'])
    const has = taints.map(objectOrEmpty).some(({ key, effect }) => {
      return key === notReady.key && effect === notReady.effect
    })
    if (has) return undefined
    return changed(request, (node) => (node['spec'] = { ...spec, taints: [...taints, notReady] }))
  },
}
