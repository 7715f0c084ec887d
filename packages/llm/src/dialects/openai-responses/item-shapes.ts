import { type JsonShape, type JsonShapes, prepareShapes } from '../../json/json-shape.ts'
import { itemShapeTable } from './item-shape-table.ts'

/** The shapes of what callers may give to be kept: `Item` and all that are in it. */
export const itemShapes: JsonShapes = prepareShapes(
  new Map(
    itemShapeTable
      .trim()
      .split('\n')
      .map((line): [string, JsonShape] => {
        const end = line.indexOf(' ')
        return [line.slice(0, end), JSON.parse(line.slice(end)) as JsonShape]
      }),
  ),
)
