import type { EndpointPoolSource } from './sources.ts'

/** Where nobody knows the pools of a cluster. */
export const noEndpointPools: EndpointPoolSource = {
  get: ({ namespace, name }) => ({
    problem: `InferencePool ${namespace}/${name} cannot be read: this gateway has its configuration from files, and pools are in a Kubernetes API`,
  }),
  subscribe: () => () => {},
}
