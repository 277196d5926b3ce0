from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("oversight", "0006_alerts_are_resolved")]

    operations = [migrations.RenameModel("ViewTally", "ViewingTally")]
