import { type JsonObject, numberOrUndefined } from '@fairlead/base'

/** The number nearest to 1 that a schema of type `integer` or `number` accepts; more for later places. */
export function numberInstance(
  schema: JsonObject,
  type: 'integer' | 'number',
  place: number,
): number {
  const step = Math.abs(numberOrUndefined(schema['multipleOf']) ?? (type === 'integer' ? 1 : 0))
  const least = bound(schema, 'minimum', 'exclusiveMinimum', step || 0.5)
  const most = bound(schema, 'maximum', 'exclusiveMaximum', -(step || 0.5))
  const raised = Math.max(1, least ?? -Infinity) + place * (step || 1)
  const wished = Math.min(raised, most ?? Infinity)
  if (step === 0) return wished
  const multiple = Math.ceil(wished / step) * step
  return most !== undefined && multiple > most ? Math.floor(most / step) * step : multiple
}

/** The bound itself, or for an exclusive one the nearest value within it. */
function bound(
  schema: JsonObject,
  inclusive: string,
  exclusive: string,
  step: number,
): number | undefined {
  const outer = numberOrUndefined(schema[exclusive])
  return outer === undefined ? numberOrUndefined(schema[inclusive]) : outer + step
}
