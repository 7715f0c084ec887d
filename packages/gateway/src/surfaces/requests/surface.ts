import { openAiChat } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { Surface } from '../surface.ts'

/** The last calls of the caller: what each did, by its id. */
export const requests: Surface = {
  name: 'requests',
  dialect: openAiChat,
  routes: [
    {
      method: 'GET',
      path: '/v1/requests/{id}',
      async answer({ caller, parameters, services }) {
        const { id = '' } = parameters
        const json = await services.recentCalls.find(id, caller.tenant)
        if (json === undefined) throw gatewayError.requestNotFound(id)
        return JSON.parse(json) as object
      },
    },
  ],
}
