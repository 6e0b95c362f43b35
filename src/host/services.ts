import type { CurrentModel } from './current-model';
import type { DashboardPanels } from './dashboard-panels';
import type { PanelServices } from './panel-services';
import type { Trainings } from './trainings';

/** What the parts of the extension share. */
export interface Services extends PanelServices {
  readonly trainings: Trainings;
  readonly model: CurrentModel;
  readonly dashboards: DashboardPanels;
}
