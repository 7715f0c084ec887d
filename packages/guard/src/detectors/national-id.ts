import { expressionProbe, openByCharacters, type Probe } from '../probe.ts'
import { digitsOf, weightedSum } from './check-digits.ts'
import { nationalIdsOfAmerica } from './national-ids-of-america.ts'
import { nationalIdsOfAsiaAndAfrica } from './national-ids-of-asia-and-africa.ts'
import { nationalIdsOfEurope } from './national-ids-of-europe.ts'

/** Fifteen digits, a separator between any two groups, and what borders look at. */
const reach = 28

const openFrom = openByCharacters(/[\w ./+-]/, reach)

const forms = [...nationalIdsOfAmerica, ...nationalIdsOfAsiaAndAfrica, ...nationalIdsOfEurope]

/** The shapes of all forms: the longer ones first where one is the beginning of another. */
const shapes: readonly string[] = [
  String.raw`[12] \d{2} \d{2} \d[\dAB] \d{3} \d{3} \d{2}`,
  String.raw`[12]\d{5}[\dAB]\d{8}`,
  String.raw`\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}`,
  String.raw`\d{3}\.\d{3}\.\d{3}-\d{2}`,
  String.raw`\d{1,2}\.\d{3}\.\d{3}-[\dK]`,
  String.raw`756\.\d{4}\.\d{4}\.\d{2}`,
  String.raw`\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}`,
  String.raw`\d{3}-\d{2}-\d{4}`,
  grouped(String.raw`\d{3}([ -])\d{3}\1\d{3}`),
  grouped(String.raw`\d{4}([ -])\d{4}\2\d{4}`),
  grouped(String.raw`\d{2} \d{3} \d{3} \d{3}`),
  String.raw`\d{17}[\dXx]`,
  String.raw`(?:\d{13}|\d{11})`,
  String.raw`\d{6} \d{5}`,
  String.raw`\d{6}-\d{7}`,
  String.raw`(?:19|20)?\d{6}[-+]\d{4}`,
  String.raw`\d{6}[-+A]\d{3}[\dA-Y]`,
  String.raw`\d{7}[A-W][A-IW]?`,
  String.raw`[XYZ\d]-?\d{7}-?[A-Z]`,
  String.raw`[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]`,
  String.raw`[A-Z]{5}\d{4}[A-Z]`,
  String.raw`[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]`,
  String.raw`[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d`,
]

const formed = expressionProbe(
  'NationalId',
  new RegExp(String.raw`(?<![\w./+-])(?:${shapes.join('|')})(?![\w-]|\.\d)`, 'g'),
  {
    reach,
    openFrom,
    isOne: (match) =>
      forms.some(({ form, isOne = () => true }) => form.test(match) && isOne(match)),
  },
)

/** The Netherlands: BSN, which so many numbers of nine digits could be that it must be called one. */
const named = expressionProbe(
  'NationalId',
  /(?<=\b(?:BSN|burgerservicenummer|sofinummer)(?:[ -]?(?:nummer|number|nr\.?))?(?: is)?:? {0,2})\d{9}(?![\w-]|\.\d)/gi,
  {
    reach,
    openFrom,
    isOne: (match) => weightedSum(digitsOf(match), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  },
)

/** Numbers that states give to persons, by their form, dates and check digits. */
export const nationalIds: readonly Probe[] = [formed, named]

/** Groups of digits only, which may be some of a longer number's. */
function grouped(shape: string): string {
  return String.raw`(?<!\d[ -])${shape}(?![ -]\d)`
}
