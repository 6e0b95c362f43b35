import './runtime/environment';
import { methods } from './helper/methods';
import { serve } from './helper/serve';

serve(methods);
