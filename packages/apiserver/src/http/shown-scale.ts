import type { KubernetesObject } from '@fairlead/kube-core'

import type { PrinterColumn } from '../definitions/printer-column.ts'
import { numberAt, recordAt } from '../definitions/fields.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { ageColumn, nameColumn } from '../definitions/standard-columns.ts'
import { negotiate } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { presenterFor } from '../printing/represent.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { handleScale } from './scale-request.ts'

/** Answers requests for `/scale` in the form that was asked for. @throws StatusError */
export async function handleShownScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const representation = negotiate(request.accept, target.definition)
  const answer = await handleScale(context, request, target)
  if (representation.as === 'object' || !('object' in answer)) return answer
  const definition = scaleDefinition(target.definition)
  const present = presenterFor(definition, representation, request.query, () => context.clock.now())
  return jsonResponse(answer.status, present.object(answer.object as KubernetesObject))
}

/** As a kind of its own, of which nothing but the columns is looked at. */
function scaleDefinition(definition: ResourceDefinition): ResourceDefinition {
  return { ...definition, kind: 'Scale', columns: scaleColumns }
}

const scaleColumns: readonly PrinterColumn[] = [
  nameColumn,
  replicasColumn('Desired', 'Number of desired replicas', 'spec'),
  replicasColumn('Available', 'Number of actual replicas', 'status'),
  ageColumn,
]

function replicasColumn(name: string, description: string, part: 'spec' | 'status'): PrinterColumn {
  return {
    name,
    type: 'integer',
    description,
    priority: 0,
    cell: (scale) => numberAt(recordAt(scale, part), 'replicas') ?? 0,
  }
}
